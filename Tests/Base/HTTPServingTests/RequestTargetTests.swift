import HTTPServing
import Testing

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/api/v1/pods", "/api/v1/pods", ""), ("/a%2Fb", "/a/b", ""), ("/a?x=1&y", "/a", "x=1;y="),
        ("/a?labelSelector=app%3Dweb%2Ctier%20in%20(a)", "/a", "labelSelector=app=web,tier in (a)"),
        ("/a+b?c=d+e", "/a+b", "c=d e"),
        ("/100%", "/100%", ""), ("/%zz", "/%zz", ""), ("/?a=b=c", "/", "a=b=c"), ("/%C3%A4", "/ä", ""),
    ]) func `A target is split and decoded`(target: String, path: String, query: String) {
        let split = RequestTarget.split(target)
        #expect(split.path == path)
        #expect(split.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";") == query)
    }
}
