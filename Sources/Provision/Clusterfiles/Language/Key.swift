internal import Diagnostics

/// A key of the Clusterfile, and how its value is read.
struct Key<Value: Sendable>: Sendable {
    let name: String
    let shape: Shape<Value>
    /// One sentence for the reference and for editors.
    let summary: String
    let isRequired: Bool
    /// What holds without it, in words or as it would be written; nil where that goes without saying.
    let fallback: String?

    init(
        _ name: String, _ shape: Shape<Value>, _ summary: String, isRequired: Bool = false, fallback: String? = nil
    ) {
        self.name = name
        self.shape = shape
        self.summary = summary
        self.isRequired = isRequired
        self.fallback = fallback
    }
}

/// A key without its type, for tables.
protocol AnyKey: Sendable {
    var name: String { get }
    var summary: String { get }
    var isRequired: Bool { get }
    var fallback: String? { get }
    /// What its value may look like.
    var form: Form { get }
    var wants: String { get }
    var example: String { get }
}

extension Key: AnyKey {
    var form: Form { shape.form }
    var wants: String { shape.wants }
    var example: String { shape.example }
}

/// A place where keys can be: the whole file, `network`, `defaults`, a machine.
struct Section: Sendable {
    /// How messages call it: "a machine".
    let title: String
    let keys: [any AnyKey]
    /// Keys of which there must be one and only one.
    var exactlyOne: [String] = []
    /// Keys that mean nothing without another.
    var companions: [(key: String, needs: String)] = []
    /// Whether keys that begin with `x-` are left alone, as a place for anchors.
    var hasExtensions = false

    var names: [String] { keys.map(\.name) }

    /// The key that someone most likely meant who wrote something that is none.
    func key(meantBy word: String) -> String? {
        otherWords[word.lowercased()]?.first { names.contains($0) } ?? nearestName(to: word, among: names)
    }
}
