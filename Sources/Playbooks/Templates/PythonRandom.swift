internal import Crypto
internal import JSON

/// Python's seeded random numbers: MT19937 (Matsumoto and Nishimura, 1998), seeded as `random.Random(seed)` does.
struct PythonRandom {
    private var state = [UInt32](repeating: 0, count: 624)
    private var at = 624

    init(seed: JSON) {
        if let number = seed.whole {
            var (words, rest): ([UInt32], UInt64) = ([], number.magnitude)
            repeat {
                words.append(UInt32(truncatingIfNeeded: rest))
                rest >>= 32
            } while rest > 0
            fill(words)
        } else {
            let bytes = Array(seed.pythonText.utf8)
            // A big-endian number of the text and its digest, in words from the lowest.
            let number = Array((bytes + Array(SHA512.hash(data: bytes))).reversed())
            var words = stride(from: 0, to: number.count, by: 4).map { start in
                number[start..<min(start + 4, number.count)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }
            while words.count > 1, words.last == 0 { words.removeLast() }
            fill(words)
        }
    }

    private mutating func fill(_ key: [UInt32]) {
        state[0] = 19_650_218
        for index in 1..<624 {
            state[index] = 1_812_433_253 &* (state[index - 1] ^ state[index - 1] >> 30) &+ UInt32(index)
        }
        var (i, j) = (1, 0)
        func advanced() {
            i += 1
            if i >= 624 { (state[0], i) = (state[623], 1) }
        }
        for _ in 0..<max(624, key.count) {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) &* 1_664_525) &+ key[j] &+ UInt32(j)
            advanced()
            j = (j + 1) % key.count
        }
        for _ in 0..<623 {
            state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) &* 1_566_083_941) &- UInt32(i)
            advanced()
        }
        state[0] = 0x8000_0000
    }

    private mutating func next() -> UInt32 {
        if at == 624 {
            for index in 0..<624 {
                let y = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7FFF_FFFF
                state[index] = state[(index + 397) % 624] ^ y >> 1 ^ (y & 1 == 1 ? 0x9908_B0DF : 0)
            }
            at = 0
        }
        var y = state[at]
        at += 1
        y ^= y >> 11
        y ^= y << 7 & 0x9D2C_5680
        y ^= y << 15 & 0xEFC6_0000
        return y ^ y >> 18
    }

    /// A number from 0 up to, and without, the limit.
    mutating func below(_ limit: Int) -> Int {
        let bits = UInt64.bitWidth - UInt64(limit).leadingZeroBitCount
        while true {
            var (value, shift, rest): (UInt64, UInt64, Int) = (0, 0, bits)
            while rest > 0 {
                let word = UInt64(next() >> UInt32(max(0, 32 - rest)))
                value |= word << shift
                (shift, rest) = (shift + 32, rest - 32)
            }
            if value < UInt64(limit) { return Int(value) }
        }
    }
}
