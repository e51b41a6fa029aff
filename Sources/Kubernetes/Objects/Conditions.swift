package import JSON

/// The entries of a `status.conditions`: at most one of each type, with the time at which its status last changed.
package enum Conditions {
    /// The condition of that type of an object, or nil.
    package static func find(_ type: String, in object: JSON) -> JSON? {
        object[path: "status", "conditions"]?.array?.first { $0["type"]?.string == type }
    }

    /// Whether an object's condition of that type is `True`.
    package static func isTrue(_ type: String, in object: JSON) -> Bool {
        find(type, in: object)?["status"]?.string == "True"
    }

    /// The list with one condition set; its `lastTransitionTime` moves to `now` only where its status changes.
    package static func setting(
        _ type: String, to status: String, reason: String? = nil, message: String? = nil, in list: JSON?, now: String
    ) -> JSON {
        var conditions = list?.array ?? []
        let index = conditions.firstIndex { $0["type"]?.string == type }
        var condition = index.map { conditions[$0] } ?? ["type": JSON(type)]
        if condition["status"]?.string != status || condition["lastTransitionTime"]?.string == nil {
            condition["lastTransitionTime"] = JSON(now)
        }
        condition["status"] = JSON(status)
        condition["reason"] = reason.map { JSON($0) }
        condition["message"] = message.map { JSON($0) }
        if let index { conditions[index] = condition } else { conditions.append(condition) }
        return .array(conditions)
    }
}
