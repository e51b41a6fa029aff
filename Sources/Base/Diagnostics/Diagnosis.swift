/// One mistake or failure, said once: what happened, why, and what to do about it.
package struct Diagnosis: Error, Hashable, Sendable {
    package var what: String
    package var why: String?
    package var fix: String?
    package var location: SourceLocation?

    package init(_ what: String, why: String? = nil, fix: String? = nil, at location: SourceLocation? = nil) {
        self.what = what
        self.why = why
        self.fix = fix
        self.location = location
    }

    /// The text a person reads: `file:line:column: what: why`, then the way out on a line of its own.
    package var rendered: String {
        var text = location.map { "\($0): " } ?? ""
        text += what
        if let why { text += ": " + why }
        if let fix { text += "\n  fix: " + fix }
        return text
    }
}

extension Diagnosis: CustomStringConvertible {
    package var description: String { rendered }
}

/// An error of a module's own that can say itself as a `Diagnosis`.
package protocol Diagnosable: Error {
    var diagnosis: Diagnosis { get }
}

extension Diagnosis: Diagnosable {
    package var diagnosis: Diagnosis { self }
}

/// All mistakes of one input, in the order of their places.
package struct Diagnoses: Error, Hashable, Sendable, CustomStringConvertible {
    package var all: [Diagnosis]

    package init(_ all: [Diagnosis]) {
        self.all = all.enumerated().sorted { left, right in
            switch (left.element.location, right.element.location) {
            case (let a?, let b?) where a != b: a < b
            case (nil, _?): true
            case (_?, nil): false
            default: left.offset < right.offset
            }
        }.map(\.element)
    }

    package var description: String { all.map(\.rendered).joined(separator: "\n") }
}

extension Diagnoses {
    /// Every diagnosis an error carries: all of a `Diagnoses`, one of a `Diagnosable`, else the error's own text.
    package init(of error: any Error) {
        switch error {
        case let several as Diagnoses: self = several
        case let one as any Diagnosable: self.init([one.diagnosis])
        default: self.init([Diagnosis("\(error)")])
        }
    }
}
