// Modules that fetch from elsewhere.
extension ModuleSpec {
    /// How a URL is fetched, as `get_url` and `uri` take it.
    private static let fetching = [
        required("url", .text), optional("force", .flag), optional("http_agent", .text),
        optional("use_proxy", .flag), optional("validate_certs", .flag), optional("force_basic_auth", .flag),
        optional("client_cert", .path), optional("client_key", .path), optional("timeout", .integer),
        optional("headers", .dictionary), optional("unredirected_headers", .list), optional("decompress", .flag),
        optional("use_netrc", .flag),
    ]

    static let networkSpecs: [ModuleSpec] = [
        ModuleSpec(
            name: "get_url",
            parameters: fetching + [
                required("dest", .path), optional("url_username", .text, "username"),
                optional("url_password", .text, "password"), optional("backup", .flag), optional("checksum", .text),
                optional("tmp_dest", .path),
            ] + attributes),
        ModuleSpec(
            name: "uri",
            parameters: fetching + [
                optional("dest", .path), optional("url_username", .text, "user"),
                optional("url_password", .text, "password"), optional("body", .any),
                optional("body_format", .choice(["form-urlencoded", "json", "raw", "form-multipart"])),
                optional("src", .path), optional("method", .text), optional("return_content", .flag),
                optional("follow_redirects", .choice(["all", "no", "none", "safe", "urllib2", "yes"])),
                optional("creates", .path), optional("removes", .path), optional("status_code", .list),
                optional("unix_socket", .path), optional("remote_src", .flag), optional("ca_path", .path),
            ] + attributes,
            controllerFile: "src", alternatives: [["body", "src"]]),
    ]
}
