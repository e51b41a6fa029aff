/// A storage pool as it shall be defined: a folder of the libvirt host.
package struct PoolSpec: Hashable, Sendable {
    package var name: String
    package var path: String

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// The pool in libvirt's format; other users may pass through the folder, so that QEMU's reaches its files.
    package var xml: String {
        XMLElement(
            "pool", ["type": "dir"],
            [
                XMLElement("name", text: name),
                XMLElement(
                    "target",
                    [
                        XMLElement("path", text: path),
                        XMLElement("permissions", [XMLElement("mode", text: "0711")]),
                    ]),
            ]
        ).rendered()
    }
}
