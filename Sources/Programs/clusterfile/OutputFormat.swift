import ArgumentParser
import JSON

/// How a command's data is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "table or json.")
    var format: OutputFormat = .table
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
