import JSON

/// The label value that tells one pod template from another.
enum TemplateHash {
    /// Twelve characters at most, without vowels or what reads as another, from FNV-1a over the template in one order.
    static func hash(_ template: JSON, collisions: Int) -> String {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        func feed(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        feed(sorted(template).bytes)
        if collisions > 0 { feed(String(collisions).utf8) }
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        var folded = UInt32(truncatingIfNeeded: state ^ (state >> 32))
        var text = ""
        repeat {
            text.append(alphabet[Int(folded % UInt32(alphabet.count))])
            folded /= UInt32(alphabet.count)
        } while folded > 0
        return text
    }

    private static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .object(let members):
            .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }))
        case .array(let elements): .array(elements.map(sorted))
        case .null, .bool, .integer, .number, .string: value
        }
    }

    /// Whether two templates are the same but for the hash label.
    static func isSame(_ one: JSON?, _ other: JSON?) -> Bool { bare(one) == bare(other) }

    private static func bare(_ template: JSON?) -> JSON {
        var template = template ?? [:]
        if var metadata = template["metadata"] {
            if var labels = metadata["labels"] {
                labels[DeploymentController.hashLabel] = nil
                metadata["labels"] = labels.object?.isEmpty == true ? .none : .some(labels)
            }
            metadata["creationTimestamp"] = nil
            template["metadata"] = metadata.object?.isEmpty == true ? .none : .some(metadata)
        }
        return template
    }
}
