/// The table of keys for people, as Markdown.
package enum ClusterfileReference {
    package static var markdown: String {
        var places: [(section: Section, paths: [String])] = []
        collect(.file, at: "", into: &places)
        let sections = places.map { text(of: $0.section, paths: $0.paths) }
        return introduction + "\n" + sections.joined(separator: "\n")
            + "\n## A beginning\n\nThis is what `clusterfile init` writes:\n\n```yaml\n"
            + ClusterfileStarter.text(cluster: "kube") + "```\n"
    }

    /// Each section once, with the places where it can stand, outer ones first.
    private static func collect(
        _ section: Section, at path: String, into places: inout [(section: Section, paths: [String])]
    ) {
        if let known = places.firstIndex(where: { $0.section.title == section.title }) {
            places[known].paths.append(path)
        } else {
            places.append((section, [path]))
        }
        for key in section.keys {
            for (inner, suffix) in sections(in: key.form) {
                collect(inner, at: (path.isEmpty ? "" : path + ".") + key.name + suffix, into: &places)
            }
        }
    }

    private static func sections(in form: Form) -> [(Section, String)] {
        switch form {
        case .section(let section): [(section, "")]
        case .list(let element, _): sections(in: element).map { ($0.0, "[]" + $0.1) }
        case .names(let element, _): sections(in: element).map { ($0.0, ".NAME" + $0.1) }
        case .either(let forms): forms.flatMap { sections(in: $0) }
        case .text, .number, .boolean, .choice, .anything: []
        }
    }

    private static func text(of section: Section, paths: [String]) -> String {
        var text = "## \(heading(of: section))\n\n"
        let places = paths.filter { !$0.isEmpty }.map { "`\($0)`" }
        if !places.isEmpty { text += "At \(places.joined(separator: ", ")).\n\n" }
        if !section.exactlyOne.isEmpty {
            text += "One of \(section.exactlyOne.map { "`\($0)`" }.joined(separator: ", ")) must be there.\n\n"
        }
        text += "| key | what it is | value | without it |\n|---|---|---|---|\n"
        for key in section.keys { text += row(of: key) }
        return text
    }

    private static func row(of key: any AnyKey) -> String {
        let inner = sections(in: key.form).map(\.0)
        let links = inner.map { "[\(heading(of: $0))](#\(anchor(of: $0)))" }
        var value = isOnlySection(key.form) ? "" : key.wants
        if !links.isEmpty { value += (value.isEmpty ? "" : "; ") + "keys: " + links.joined(separator: ", ") }
        let cells = [
            "`\(key.name)`", key.summary, value + ". `\(key.name): \(key.example)`",
            key.isRequired ? "it must be there" : key.fallback ?? "none",
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }

    private static func isOnlySection(_ form: Form) -> Bool { if case .section = form { true } else { false } }

    private static func heading(of section: Section) -> String {
        let words = section.title.split(separator: " ")
        return ["a", "an", "the"].contains(words[0]) ? words.dropFirst().joined(separator: " ") : section.title
    }

    private static func anchor(of section: Section) -> String {
        heading(of: section).lowercased().replacing(" ", with: "-")
    }

    private static let introduction = """
        # Clusterfile reference

        <!-- Written by `clusterfile schema --reference` from the table that the parser reads by. -->

        A Clusterfile is YAML. `clusterfile validate` tells all of its mistakes at once. For completion and checks in an editor:
        `clusterfile schema > .clusterfile.schema.json`, with `# yaml-language-server: $schema=.clusterfile.schema.json` as the
        Clusterfile's first line. An editor may have to be told that a `Clusterfile` is YAML (VS Code: `files.associations`).

        - **Paths** start at the Clusterfile's folder; those of the machine are absolute.
        - **Sizes** are whole numbers of MiB, written with MiB, GiB or TiB.
        - **Anchors and merge keys** (`&name`, `*name`, `<<: *name`) work. Keys of the file that begin with `x-` are left alone:
          a place for anchors.
        - **`defaults`**: a machine's own value takes the place of the default's whole value; lists are not joined.
        - **`count`** makes several machines of one entry. The number ends the name, or stands where braces are: `"node-{}-a"` gives
          node-1-a, `"node-{00}"` gives node-01. What must differ counts up from the first machine's: addresses, cards' addresses,
          ports of this host. What cannot (a PCI device) is refused.
        - **The environment**: `${NAME}` in any value is the variable's value, and `${NAME:-default}` has a default for one that is unset or
          empty. A variable that is not set is a mistake. `$${` is `${` itself. Keys are not looked at, and neither is text in a language of
          its own, where `${NAME}` means something else: `shell`, `content`, `user_data` and `hooks` are taken as they are (hooks
          have the environment anyway). Within `[…]` and `{…}` YAML wants such a value in quotes.
        - **Hooks** run on this host, in the Clusterfile's folder, with nothing to read, and with these variables beside those of `clusterfile`
          itself: `CLUSTERFILE_HOOK` (`before_up` …), `CLUSTERFILE_CLUSTER` and `CLUSTERFILE_UUID` (the cluster's), `CLUSTERFILE_FILE` (the
          Clusterfile's path), `CLUSTERFILE_KUBECONFIG` (where the kubeconfig is, once there is one). `clusterfile` in them is the one that runs
          them. A hook before that fails ends the command with status 1; so does one after, with the machines as they are. Ctrl-C ends a hook, too.
          `down -c NAME` has no Clusterfile and runs none.

        """
}
