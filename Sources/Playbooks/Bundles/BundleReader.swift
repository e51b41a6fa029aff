internal import JSON

/// Reads members of an object of a bundle.
struct BundleReader {
    private let members: JSONObject
    private let what: String

    init(_ json: JSON, _ what: String) throws(BundleError) {
        guard case .object(let members) = json else { throw .malformed("\(what) is not an object") }
        self.members = members
        self.what = what
    }

    private func missing(_ key: String) -> BundleError { .malformed("\(what) has no usable '\(key)'") }

    func text(_ key: String) throws(BundleError) -> String {
        guard let text = members[key]?.string else { throw missing(key) }
        return text
    }

    func optionalText(_ key: String) throws(BundleError) -> String? {
        guard let value = members[key], !value.isNull else { return nil }
        guard let text = value.string else { throw missing(key) }
        return text
    }

    func integer(_ key: String) throws(BundleError) -> Int {
        guard let number = members[key]?.integer else { throw missing(key) }
        return number
    }

    func flag(_ key: String) throws(BundleError) -> Bool {
        guard let flag = members[key]?.bool else { throw missing(key) }
        return flag
    }

    func object(_ key: String) throws(BundleError) -> JSONObject {
        guard let object = members[key]?.object else { throw missing(key) }
        return object
    }

    func list<T>(_ key: String, _ element: (JSON) throws(BundleError) -> T) throws(BundleError) -> [T] {
        guard let elements = members[key]?.array else { throw missing(key) }
        var list: [T] = []
        for json in elements { list.append(try element(json)) }
        return list
    }
}
