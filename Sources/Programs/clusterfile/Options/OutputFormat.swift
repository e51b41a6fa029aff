import ArgumentParser
import JSON
import YAML

/// How a command's data is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml, name
}

struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "table, json, yaml, or name for names alone.")
    var format: OutputFormat = .table

    /// Prints the same data in the form that was asked for.
    func print(_ value: JSON, names: @autoclosure () -> [String], table: () -> String) {
        switch format {
        case .json: Terminal.output(value.prettyText)
        case .yaml: Terminal.output(value.yamlText)
        case .name:
            let names = names()
            if !names.isEmpty { Terminal.output(names.joined(separator: "\n")) }
        case .table: Terminal.output(table())
        }
    }
}

/// Columns of text, each as wide as its widest cell.
func table(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        var line = zip(row, widths).map { cell, width in cell.padding(to: width + 3) }.joined()
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }.joined()
}
