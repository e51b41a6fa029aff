import Testing

@testable import SecureShell

struct SFTPTests {
    @Test func requestsAreBytesOfTheDraft() {
        #expect(SFTPRequest.initialize.packet(id: 9) == [0, 0, 0, 5, 1, 0, 0, 0, 3])
        #expect(
            SFTPRequest.open(path: "a", access: .create).packet(id: 7)
                == [0, 0, 0, 22, 3, 0, 0, 0, 7, 0, 0, 0, 1, 97, 0, 0, 0, 0x2A, 0, 0, 0, 4, 0, 0, 1, 0x80])
        #expect(
            SFTPRequest.write(handle: [1], offset: 258, bytes: [5, 6]).packet(id: 1)
                == [0, 0, 0, 24, 6, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 2, 5, 6])
    }

    @Test func answersAreRead() {
        #expect(SFTPReply.read([2, 0, 0, 0, 3, 0, 0])?.reply == .version)
        #expect(SFTPReply.read([101, 0, 0, 0, 5, 0, 0, 0, 2])?.reply == .status(.noSuchFile))
        #expect(SFTPReply.read([101, 0, 0, 0, 5, 0, 0, 0, 99])?.reply == .status(.failure))
        #expect(SFTPReply.read([103, 0, 0, 0, 5, 0, 0, 0, 1, 8])?.reply == .data([8]))
        let attributes: [UInt8] =
            [105, 0, 0, 0, 6, 0, 0, 0, 0x0F] + [0, 0, 0, 1, 0, 0, 0, 2] + [0, 0, 0, 3, 0, 0, 0, 4]
            + [0, 0, 0x81, 0xED] + [0, 0, 0, 0, 0, 0, 0, 0]
        #expect(
            SFTPReply.read(attributes[...])?.reply
                == .attributes(RemoteFile(sizeBytes: 1 << 32 | 2, mode: 0o755, userID: 3, groupID: 4)))
    }

    @Test(arguments: [
        [], [101], [101, 0, 0, 0, 1], [103, 0, 0, 0, 1, 0, 0, 0, 9, 1], [42, 0, 0, 0, 1],
        [105, 0, 0, 0, 1, 0, 0, 0, 1],
    ])
    func anAnswerThatIsCutShortIsNone(packet: [UInt8]) {
        #expect(SFTPReply.read(packet[...]) == nil)
    }

    @Test func packetsAreTakenWholeOrNotAtAll() {
        var bytes: ArraySlice<UInt8> = [0, 0, 0, 2, 8, 9, 0, 0, 0, 1]
        #expect(SFTPReply.takePacket(from: &bytes) == [8, 9])
        #expect(SFTPReply.takePacket(from: &bytes) == nil)
        bytes.append(7)
        #expect(SFTPReply.takePacket(from: &bytes) == [7])
        #expect(bytes.isEmpty)
        #expect(SFTPReply.isTooLong([0xFF, 0, 0, 0]))
        #expect(!SFTPReply.isTooLong([0, 0]))
    }
}
