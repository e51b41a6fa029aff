internal import Bundles
internal import Diagnostics
internal import JSON

/// The controller's half of the conversation with one machine: takes frames, says what to do about them.
struct MachineSession {
    /// What the controller is to do next.
    enum Effect: Hashable {
        case send(Frame)
        /// Send the file of that digest in pieces.
        case sendFile(String)
        case report(TaskEvent)
        /// Answer what the runner asks.
        case answer(Ask)
        case playEnded(PlayEnd)
        /// Where its play is now.
        case mark(ResumePoint)
        /// A piece of the file that it brings.
        case content([UInt8])
        /// What came of the task that it did for all.
        case settled(JSON)
        /// What came of a call.
        case called(CallResult)
        case failed(String)
    }

    private enum State: Hashable {
        case new, idle, playing, over
    }

    private var state = State.new
    private var decoder = FrameDecoder()

    /// Hands over a bundle: the first one, or the next once the plays of the last are over.
    mutating func begin(_ bundle: Bundle) -> [Effect] {
        precondition(state == .new || state == .idle)
        state = .idle
        return [.send(Frame(.bundle, bundle.json.bytes))]
    }

    /// Starts a play.
    mutating func play(_ start: PlayStart) -> [Effect] {
        precondition(state == .idle)
        state = .playing
        return [.send(Frame(.play, start.json.bytes))]
    }

    /// Has something done for another machine's task.
    mutating func call(_ call: ModuleCall) -> [Effect] {
        precondition(state == .new || state == .idle)
        state = .playing
        return [.send(Frame(.call, call.json.bytes))]
    }

    mutating func received(_ bytes: [UInt8]) throws -> [Effect] {
        decoder.append(bytes)
        var effects: [Effect] = []
        while let frame = try decoder.next() { effects.append(try effect(of: frame)) }
        return effects
    }

    private mutating func effect(of frame: Frame) throws -> Effect {
        switch (frame.kind, state) {
        case (.event, .playing): return .report(try TaskEvent(json: Self.json(frame)))
        case (.ask, .playing): return .answer(try Ask(json: Self.json(frame)))
        case (.need, .playing): return .sendFile(String(decoding: frame.payload, as: UTF8.self))
        case (.mark, .playing): return .mark(try ResumePoint(json: Self.json(frame)))
        case (.content, .playing): return .content(frame.payload)
        case (.settled, .playing): return .settled(try Self.json(frame))
        case (.result, .playing):
            state = .idle
            return .called(try CallResult(json: Self.json(frame)))
        case (.playEnd, .playing):
            state = .idle
            return .playEnded(try PlayEnd(json: Self.json(frame)))
        case (.failure, _):
            state = .over
            return .failed(String(decoding: frame.payload, as: UTF8.self))
        default: throw BundleError.unexpectedFrame("\(frame.kind)")
        }
    }

    private static func json(_ frame: Frame) throws(BundleError) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSON(parsing: frame.payload)
        } catch {
            throw .malformed("it is not JSON: \(error.reason)")
        }
    }
}
