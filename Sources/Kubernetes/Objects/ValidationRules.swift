package import JSON

/// A text that must be one of a few, where it is there.
func oneOf(_ value: JSON?, _ known: [String], at path: String) -> [FieldError] {
    guard let value, let text = value.string, !known.contains(text) else { return [] }
    return [.notSupported(path, value, known.filter { !$0.isEmpty })]
}

/// A number that must not be smaller, where it is there.
func atLeast(_ minimum: Int, _ value: JSON?, at path: String) -> [FieldError] {
    guard let value, let number = value.integer, number < minimum else { return [] }
    return [.invalid(path, value, "must be greater than or equal to \(minimum)")]
}

/// Labels' keys and values.
func validateLabels(_ labels: JSON?, at path: String) -> [FieldError] {
    (labels?.object ?? [:]).flatMap { key, value -> [FieldError] in
        var errors: [FieldError] = []
        if !Names.isQualified(key) { errors.append(.invalid(path, .string(key), Names.qualifiedRule)) }
        if let text = value.string, !Names.isLabelValue(text) {
            errors.append(.invalid(path, value, Names.labelValueRule))
        }
        return errors
    }
}

/// Name, labels and annotations of any object.
func validateMetadata(_ object: JSON, _ kind: Kind) -> [FieldError] {
    let metadata = object["metadata"] ?? .null
    var errors: [FieldError] = []
    let name = metadata["name"]?.string ?? ""
    if name.isEmpty {
        errors.append(.required("metadata.name", "name or generateName is required"))
    } else if kind.nameIsLabel ? !Names.isLabel(name) : !Names.isSubdomain(name) {
        errors.append(
            .invalid("metadata.name", .string(name), kind.nameIsLabel ? Names.labelRule : Names.subdomainRule))
    }
    errors += validateLabels(metadata["labels"], at: "metadata.labels")
    for (key, _) in metadata["annotations"]?.object ?? [:] where !Names.isQualified(key) {
        errors.append(.invalid("metadata.annotations", .string(key), Names.qualifiedRule))
    }
    for (position, owner) in (metadata["ownerReferences"]?.array ?? []).enumerated() {
        for field in ["apiVersion", "kind", "name", "uid"] where (owner[field]?.string ?? "").isEmpty {
            errors.append(.required("metadata.ownerReferences[\(position)].\(field)"))
        }
    }
    return errors
}

extension Kind {
    /// Every mistake of an object, and of its change when it replaces another.
    package func mistakes(_ object: JSON, replacing old: JSON? = nil) -> [FieldError] {
        validateMetadata(object, self) + validate(object) + (old.map { validateUpdate(object, $0) } ?? [])
    }
}

extension Quantity {
    /// Reads a quantity that stands as text or as a number.
    package init?(_ value: JSON) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let number): self.init(String(number))
        case .number(let number): self.init(String(number))
        default: return nil
        }
    }
}
