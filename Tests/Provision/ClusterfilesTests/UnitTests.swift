import Testing

@testable import Clusterfiles

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("3GiB", 3 << 30), ("1.5GiB", 3 << 29), ("512MiB", 512 << 20), ("1TiB", 1 << 40), ("30 GiB", 30 << 30),
        ("0GiB", 0),
    ])
    func readsASize(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: [
        "", "GiB", "3", "3GB", "3G", "-1GiB", "+1GiB", "1e3MiB", "0.5MiB", "1.0000001GiB", "NaNGiB", "infGiB", "1,5GiB",
        "99999999999TiB", "3GiBs", "3gib", "512KiB", "1.2.3GiB", "0x1GiB", ".GiB",
    ])
    func refuses(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test func writesTheLargestWholeUnitAndReadsItBack() {
        #expect(ByteCount.gibibytes(3).description == "3GiB")
        #expect(ByteCount.mebibytes(1536).description == "1536MiB")
        #expect(ByteCount.mebibytes(3072).description == "3GiB")
        #expect(ByteCount.gibibytes(2048).description == "2TiB")
        for count in stride(from: 1, to: 100_000, by: 37) {
            let size = ByteCount.mebibytes(count)
            #expect(ByteCount(size.description) == size)
        }
    }
}

@Suite struct ClusterUUIDTests {
    @Test func isReadInLowerCase() {
        #expect(ClusterUUID("2ED6657D-E927-568B-95E1-2665A8AEA6A2")?.text == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
        for wrong in ["", "2ed6657d", "2ed6657d-e927-568b-95e1-2665a8aea6a", "2ed6657d-e927-568b-95e1-2665a8aea6ag"] {
            #expect(ClusterUUID(wrong) == nil)
        }
    }

    @Test func aMachinesUUIDIsOfVersionEight() {
        let text = clusterUUID.domainUUID(ofMachine: "a")
        #expect(ClusterUUID(text)?.text == text)
        let digits = Array(text)
        #expect(digits[14] == "8" && "89ab".contains(digits[19]))
    }
}
