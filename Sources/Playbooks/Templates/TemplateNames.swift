internal import Diagnostics

/// The nearest known names, for what is looked up while a template is rendered.
enum TemplateNames {
    static func nearestFilter(to name: String) -> String? { nearestName(to: name, among: FilterTable.all.keys) }
    static func nearestTest(to name: String) -> String? { nearestName(to: name, among: TestTable.all.keys) }
    static func nearestFunction(to name: String) -> String? { nearestName(to: name, among: FunctionTable.names) }
}
