package import JSON

/// Names one object among all; the uid tells it from later ones of the same name.
package struct ObjectReference: Hashable, Sendable {
    package var apiVersion: String
    package var kind: String
    package var namespace: String
    package var name: String
    package var uid: String

    package init(apiVersion: String, kind: String, namespace: String = "", name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    /// Names an object that carries its apiVersion and kind.
    package init(to object: JSON) {
        let meta = object.meta
        self.init(
            apiVersion: object["apiVersion"]?.string ?? "", kind: object["kind"]?.string ?? "",
            namespace: meta.namespace, name: meta.name, uid: meta.uid)
    }
}
