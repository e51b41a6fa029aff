import Addresses
import Testing

@testable import Linux

@Suite struct NetlinkMessageTests {
    @Test func `lays out a route as the kernel's headers have it`() throws {
        var message = NetlinkMessage(type: 24, flags: 0x504)  // RTM_NEWROUTE; create, replace, acknowledge
        message.append(
            NetworkRoute(
                destination: try #require(IPv4Network("10.244.2.0/24")), gateway: IPv4Address("192.168.56.22"),
                routingProtocol: 117))
        message.seal(sequence: 7)
        #expect(
            message.bytes == [
                44, 0, 0, 0, 24, 0, 0x05, 0x05, 7, 0, 0, 0, 0, 0, 0, 0,  // length, RTM_NEWROUTE, flags, sequence, port
                2, 24, 0, 0, 254, 117, 0, 1, 0, 0, 0, 0,  // family, prefix, …, table, protocol, scope, type, flags
                8, 0, 1, 0, 10, 244, 2, 0,  // RTA_DST
                8, 0, 5, 0, 192, 168, 56, 22,  // RTA_GATEWAY
            ])
    }

    @Test func `pads attributes to four bytes and counts without the padding`() throws {
        var message = NetlinkMessage(type: 16, flags: 0)
        message.attribute(3, "cf0")
        try message.nest(18) { $0.attribute(1, "veth") }
        let body = Array(message.bytes.dropFirst(16))
        #expect(body == [8, 0, 3, 0, 99, 102, 48, 0, 16, 0, 18, 0, 9, 0, 1, 0, 118, 101, 116, 104, 0, 0, 0, 0])
        let attributes = NetlinkReply.attributes(body)
        #expect(attributes[3] == Array("cf0\0".utf8))
        #expect(NetlinkReply.attributes(try #require(attributes[18]))[1] == Array("veth\0".utf8))
    }

    @Test func `splits what arrives together and stops at what is cut off`() {
        let first: [UInt8] = [20, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
        let replies = NetlinkReply.split(first + first + first.dropLast(3))
        #expect(replies.count == 2 && replies.allSatisfy { $0.payload == [1, 2, 3, 4] && $0.type == 16 })
    }

    @Test func `an attribute that claims more than there is ends the list`() {
        #expect(NetlinkReply.attributes([8, 0, 1, 0, 1, 2, 3, 4, 200, 0, 2, 0]).keys.sorted() == [1])
        #expect(NetlinkReply.attributes([0, 0, 1, 0]).isEmpty)
    }
}
