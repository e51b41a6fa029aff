/// The members of a JSON object, in the order in which they came; equality ignores that order.
///
/// Objects of Kubernetes have few members, so a linear search over one array beats hashing; large maps get an index.
package struct JSONObject: Sendable {
    package struct Member: Hashable, Sendable {
        package var key: String
        package var value: JSON
    }

    package private(set) var members: [Member] = []
    private var index: [String: Int]?

    package init() {}

    /// Later members win over earlier ones of the same name, which keep their place.
    package init(_ pairs: some Sequence<(String, JSON)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// Takes others in, which win over those of the same name.
    package mutating func merge(_ other: JSONObject) {
        for member in other.members { self[member.key] = member.value }
    }

    /// These members, and over them others.
    package func merging(_ other: JSONObject) -> JSONObject {
        var all = self
        all.merge(other)
        return all
    }

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }
    package var keys: [String] { members.map(\.key) }

    /// The member of that name; setting nil removes it.
    package subscript(key: String) -> JSON? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let at?, let value?): members[at].value = value
            case (let at?, nil):
                members.remove(at: at)
                index = nil
            case (nil, let value?):
                members.append(Member(key: key, value: value))
                if index != nil {
                    index?[key] = members.count - 1
                } else if members.count > 16 {
                    reindex()
                }
            case (nil, nil): break
            }
        }
    }

    private func position(of key: String) -> Int? {
        if let index { return index[key] }
        return members.firstIndex { $0.key == key }
    }

    private mutating func reindex() {
        guard members.count > 16 else {
            index = nil
            return
        }
        index = Dictionary(members.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { $1 })
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> AnyIterator<(key: String, value: JSON)> {
        var rest = members.makeIterator()
        return AnyIterator { rest.next().map { (key: $0.key, value: $0.value) } }
    }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for member in members.sorted(by: { $0.key < $1.key }) { hasher.combine(member) }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral pairs: (String, JSON)...) { self.init(pairs) }
}
