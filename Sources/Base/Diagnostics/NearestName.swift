/// The known name that a mistyped one most likely meant, or nil where none is near enough.
///
/// Distance is Damerau–Levenshtein (optimal string alignment) over lower-cased characters; ties go to the first name in order.
package func nearestName(to typed: String, among known: some Sequence<String>) -> String? {
    let wanted = Array(typed.lowercased())
    let limit = max(1, min(3, wanted.count / 2))
    return known.sorted()
        .map { (name: $0, distance: editDistance(wanted, Array($0.lowercased()))) }
        .filter { $0.distance <= limit }
        .min { $0.distance < $1.distance }?.name
}

private func editDistance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for i in left.indices {
        var current = [i + 1] + Array(repeating: 0, count: right.count)
        for j in right.indices {
            let substitution = last[j] + (left[i] == right[j] ? 0 : 1)
            current[j + 1] = min(last[j + 1] + 1, current[j] + 1, substitution)
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                current[j + 1] = min(current[j + 1], beforeLast[j - 1] + 1)
            }
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
