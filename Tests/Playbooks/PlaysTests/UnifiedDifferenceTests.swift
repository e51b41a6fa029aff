import Testing

@testable import Bundles
@testable import Plays

@Suite struct UnifiedDifferenceTests {
    @Test(arguments: [
        ("a\nb\nc\n", "a\nx\nc\n", "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"),
        ("", "new\n", "--- f\n+++ f\n@@ -0,0 +1,1 @@\n+new\n"),
        ("old\n", "", "--- f\n+++ f\n@@ -1,1 +0,0 @@\n-old\n"),
        ("same\n", "same\n", ""),
        (
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\nx\n3\n4\n5\n6\n7\n8\ny\n",
            "--- f\n+++ f\n@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n@@ -8,2 +8,2 @@\n 8\n-9\n+y\n"
        ),
    ])
    func `A change is shown as diff shows it`(before: String, after: String, text: String) {
        #expect(TaskEvent.Difference(path: "f", before: before, after: after).unifiedText(contextLines: 1) == text)
    }
}
