/// Bytes to send, in which a piece that is lost, doubled or moved shows.
enum Samples {
    static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var value: UInt64 = 1
            for index in 0..<count {
                value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                buffer[index] = UInt8(truncatingIfNeeded: value >> 56)
            }
            initialized = count
        }
    }
}
