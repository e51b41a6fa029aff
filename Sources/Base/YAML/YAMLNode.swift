package import Diagnostics
package import JSON

/// One node of a YAML document, with the place where it starts in the user's file.
package struct YAMLNode: Hashable, Sendable {
    /// What a node holds; scalars keep their text, so that `0644` and `yes` stay what the user wrote.
    package enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A scalar's text, and whether it was quoted (or a block), which makes it a string whatever it looks like.
    package struct Scalar: Hashable, Sendable {
        package var text: String
        package var isPlain: Bool

        package init(text: String, isPlain: Bool) {
            self.text = text
            self.isPlain = isPlain
        }
    }

    /// A mapping's key and value, in the order of the file.
    package struct Entry: Hashable, Sendable {
        package var key: YAMLNode
        package var value: YAMLNode

        package init(key: YAMLNode, value: YAMLNode) {
            self.key = key
            self.value = value
        }
    }

    package var content: Content
    /// An explicit tag such as `!vault` or `tag:yaml.org,2002:str`, or nil.
    package var tag: String?
    package var location: SourceLocation

    package init(_ content: Content, tag: String? = nil, at location: SourceLocation) {
        self.content = content
        self.tag = tag
        self.location = location
    }
}

extension YAMLNode {
    /// A scalar's text, else nil.
    package var text: String? { if case .scalar(let scalar) = content { scalar.text } else { nil } }
    /// A sequence's elements, else nil.
    package var sequence: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
    /// A mapping's entries, else nil.
    package var mapping: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }

    /// The value of a mapping's key, else nil.
    package subscript(key: String) -> YAMLNode? { mapping?.first { $0.key.text == key }?.value }

    /// A mapping key's text; of a key that is no scalar, its JSON.
    package var name: String { text ?? json.text }

    /// "a mapping", "a list", "a string" …, for messages.
    package var kind: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar:
            switch json {
            case .null: "nothing"
            case .bool: "a boolean"
            case .integer, .number: "a number"
            default: "a string"
            }
        }
    }

    /// The value under YAML 1.1's rules as PyYAML and so Ansible read them (`yes` is true, `0644` is octal).
    package var json: JSON {
        switch content {
        case .scalar(let scalar):
            if tag == "tag:yaml.org,2002:str" || !scalar.isPlain {
                .string(scalar.text)
            } else {
                resolvePlainScalar(scalar.text)
            }
        case .sequence(let elements): .array(elements.map(\.json))
        case .mapping(let entries):
            .object(JSONObject(entries.map { ($0.key.name, $0.value.json) }))
        }
    }
}

extension YAMLNode {
    struct Size {
        var nodes: Int
        var depth: Int
    }

    /// How many nodes this is, itself included, and how deep they are nested.
    var size: Size {
        let children: [Size]
        switch content {
        case .scalar: return Size(nodes: 1, depth: 0)
        case .sequence(let elements): children = elements.map(\.size)
        case .mapping(let entries): children = entries.flatMap { [$0.key.size, $0.value.size] }
        }
        return Size(nodes: children.reduce(1) { $0 + $1.nodes }, depth: (children.map(\.depth).max() ?? 0) + 1)
    }
}
