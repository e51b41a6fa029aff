package import Diagnostics

/// What is wrong with what came over the channel.
package enum BundleError: Diagnosable, Hashable {
    case unknownFrame(UInt8)
    case frameTooLarge(Int)
    case malformed(String)
    case unexpectedFrame(String)
    case channelClosed

    package var diagnosis: Diagnosis {
        switch self {
        case .unknownFrame(let type):
            Diagnosis(
                "the other side sent a message of an unknown kind (\(type))",
                why: "runner and controller differ, or something else writes into the channel",
                fix: "look for output of the login shell's start files")
        case .frameTooLarge(let length):
            Diagnosis("the other side sent a message of \(length) bytes", why: "that is more than may be")
        case .malformed(let what): Diagnosis("a message cannot be read", why: what)
        case .unexpectedFrame(let kind): Diagnosis("the other side sent '\(kind)' out of turn")
        case .channelClosed:
            Diagnosis(
                "the channel to the machine was closed before the play was over",
                why: "the machine stopped, its connection broke, or libvirtd was restarted",
                fix: "run it again: it goes on where it stopped")
        }
    }
}
