internal import JSON

extension FilterTable {
    /// Filters that stand for tests, as Ansible's older playbooks write them.
    static let expressionFilters: [String: Filter] = [
        "attr": { value, arguments, evaluator in
            try evaluator.item(try arguments.required(0, "name", of: "attr"), of: value)
        },
        "pprint": plain { value, _ in .string(value.pythonRepresentation) },
        "human_readable": plain { value, _ in
            let units = ["Bytes", "KB", "MB", "GB", "TB", "PB"]
            var (number, unit) = (value.numeric ?? 0, 0)
            while number >= 1024, unit < units.count - 1 { (number, unit) = (number / 1024, unit + 1) }
            return .string(PrintfFormat.fixed(number, 2) + " " + units[unit])
        },
    ]
}
