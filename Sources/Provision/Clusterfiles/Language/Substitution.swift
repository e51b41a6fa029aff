/// Puts variables of the environment into a text: `${NAME}`, `${NAME:-default}`, and `$${` for a literal `${`.
struct Substitution {
    enum Fault: Hashable {
        case unclosed
        case notAName(String)
        case nested
        case missing(String)
    }

    private(set) var text = ""
    /// What is wrong, with the number of the `${` in the text that it is about, counted from 0.
    private(set) var faults: [(occurrence: Int, fault: Fault)] = []

    init(_ source: String, _ environment: [String: String]) {
        var rest = source[...]
        var occurrence = 0
        while let dollar = rest.firstRange(of: "${") {
            let before = rest[..<dollar.lowerBound]
            if before.hasSuffix("$") {
                text += before.dropLast() + "${"
                rest = rest[dollar.upperBound...]
            } else {
                text += before
                rest = rest[dollar.upperBound...]
                guard let end = rest.firstIndex(of: "}") else {
                    faults.append((occurrence, .unclosed))
                    return
                }
                switch Self.value(of: rest[..<end], environment) {
                case .success(let value): text += value
                case .failure(let failure): faults.append((occurrence, failure.fault))
                }
                rest = rest[rest.index(after: end)...]
            }
            occurrence += 1
        }
        text += rest
    }

    private struct Failure: Error { var fault: Fault }

    private static func value(
        of expression: Substring, _ environment: [String: String]
    ) -> Result<String, Failure> {
        let parts = expression.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard name.isWord() else { return .failure(Failure(fault: .notAName(name))) }
        guard parts.count == 2 else {
            return environment[name].map { .success($0) } ?? .failure(Failure(fault: .missing(name)))
        }
        if parts[1].contains("${") { return .failure(Failure(fault: .nested)) }
        // As in a shell, a default also stands in for what is set to nothing.
        guard let value = environment[name], !value.isEmpty else { return .success(String(parts[1])) }
        return .success(value)
    }
}
