internal import Diagnostics
internal import YAML

/// Reads one kind of value, and says what it wants where the file has another.
struct Shape<Value: Sendable>: Sendable {
    /// Completes "memory wants …".
    let wants: String
    /// A value for the message that says how to write it.
    let example: String
    let form: Form
    /// Whether `${NAME}` stays as it is, since the text is in a language of its own.
    var isVerbatim = false
    private let read: @Sendable (YAMLNode, ReadingContext) throws(Complaint) -> Value

    init(
        wants: String, example: String, form: Form, isVerbatim: Bool = false,
        read: @escaping @Sendable (YAMLNode, ReadingContext) throws(Complaint) -> Value
    ) {
        (self.wants, self.example, self.form, self.isVerbatim, self.read) = (wants, example, form, isVerbatim, read)
    }

    /// The value of a node, what it takes from the environment put in.
    func value(of node: YAMLNode, in context: ReadingContext) throws(Complaint) -> Value {
        let expanded = isVerbatim ? node : try context.expanded(node)
        do throws(Complaint) {
            return try read(expanded, context)
        } catch {
            guard case .wrongValue = error, expanded != node, let text = node.text else { throw error }
            // What the environment holds may be secret.
            throw .wrongValue(why: "'\(text)' stands for something else", instead: nil)
        }
    }
}

extension Shape {
    /// Keys with values of their own; nil from `build` means that what is missing was reported.
    static func section(
        _ section: Section, example: String, _ build: @escaping @Sendable (SectionReader) -> Value?
    ) -> Shape {
        Shape(wants: "keys such as '\(section.names[0])'", example: example, form: .section(section)) {
            node, context throws(Complaint) in
            guard node.mapping != nil else { throw .wrongType }
            guard let value = build(SectionReader(node, as: section, in: context)) else { throw .reported }
            return value
        }
    }

    /// A short way to write what else is a section.
    static func either(_ short: Shape, _ long: Shape) -> Shape {
        Shape(
            wants: short.wants, example: short.example, form: .either([short.form, long.form])
        ) { node, context throws(Complaint) in
            try (node.mapping == nil ? short : long).value(of: node, in: context)
        }
    }

    /// A list; an element that does not fit is reported and left out.
    static func list<Element>(of element: Shape<Element>, wants: String, mayBeEmpty: Bool = true) -> Shape
    where Value == [Located<Element>] {
        Shape(wants: wants, example: "[\(element.example)]", form: .list(element.form, mayBeEmpty: mayBeEmpty)) {
            node, context throws(Complaint) in
            guard let nodes = node.sequence else { throw .wrongType }
            guard mayBeEmpty || !nodes.isEmpty else { throw .wrongValue(why: "this list is empty", instead: nil) }
            var elements: [Located<Element>] = []
            for node in nodes {
                guard let value = context.element(node, element) else { continue }
                elements.append(Located(value, at: node.location))
            }
            return elements
        }
    }

    /// One of them, or a list of them.
    static func oneOrMore<Element>(of element: Shape<Element>, wants: String) -> Shape
    where Value == [Located<Element>] {
        let list = Shape.list(of: element, wants: wants)
        return Shape(
            wants: element.wants + ", or a list of them", example: element.example,
            form: .either([element.form, list.form]), isVerbatim: element.isVerbatim
        ) { node, context throws(Complaint) in
            if node.sequence != nil { return try list.value(of: node, in: context) }
            return [Located(try element.value(of: node, in: context), at: node.location)]
        }
    }

    /// A mapping from names that the user chooses; `name` says what a name may be.
    static func names<Element>(
        _ name: Shape<String>, to element: Shape<Element>, wants: String
    ) -> Shape where Value == [Named<Element>] {
        Shape(
            wants: wants, example: "{\(name.example): \(element.example)}",
            form: .names(element.form, examples: [name.example])
        ) { node, context throws(Complaint) in
            guard let entries = node.mapping else { throw .wrongType }
            var named: [Named<Element>] = []
            for entry in entries {
                guard let key = context.element(entry.key, name), let value = context.element(entry.value, element)
                else { continue }
                named.append(
                    Named(name: Located(key, at: entry.key.location), value: Located(value, at: entry.value.location)))
            }
            return named
        }
    }
}

/// A value under a name that the user chose.
struct Named<Value: Sendable>: Sendable {
    let name: Located<String>
    let value: Located<Value>
}
