package import JSON

/// What the run's inventory has become for a machine.
package struct InventoryNews: Hashable, Sendable {
    /// What takes the place of the bundle's variables of the same names.
    package var variables: JSONObject
    package var hostVariables: JSONObject
    /// The hosts that came up during the play.
    package var added: [String]

    package init(variables: JSONObject, hostVariables: JSONObject, added: [String]) {
        self.variables = variables
        self.hostVariables = hostVariables
        self.added = added
    }

    package var json: JSON {
        ["variables": .object(variables), "hostVariables": .object(hostVariables), "added": JSON(added)]
    }

    package init(json: JSON) throws(BundleError) {
        let reader = try BundleReader(json, "an inventory's news")
        self.init(
            variables: try reader.object("variables"), hostVariables: try reader.object("hostVariables"),
            added: json["added"]?.array?.compactMap(\.string) ?? [])
    }
}
