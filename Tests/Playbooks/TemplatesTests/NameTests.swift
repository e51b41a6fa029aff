import JSON
import Testing

@testable import Templates

/// Which names there are; what is unknown is an error that names the nearest.
@Suite struct NameTests {
    /// Jinja2's own, and those of ansible.builtin in core 2.14 (`ansible-doc -t filter -l`).
    static let filters = """
        abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape format \
        groupby indent int items join last length list lower map max min pprint random reject rejectattr replace reverse \
        round safe select selectattr slice sort string striptags sum title tojson trim truncate unique upper urlencode \
        urlize wordcount wordwrap xmlattr \
        b64decode b64encode basename bool checksum combinations combine comment dict2items difference dirname expanduser \
        expandvars extract fileglob flatten from_json from_yaml from_yaml_all hash human_readable human_to_bytes \
        intersect items2dict log mandatory md5 password_hash path_join permutations pow product quote realpath \
        regex_escape regex_findall regex_replace regex_search rekey_on_member relpath root sha1 shuffle split splitext \
        strftime subelements symmetric_difference ternary to_datetime to_json to_nice_json to_nice_yaml to_uuid to_yaml \
        type_debug union unvault urldecode urlsplit vault win_basename win_dirname win_splitdrive zip zip_longest \
        ipaddr ipv4 ipv6 ipwrap ipsubnet ipmath nthhost network_in_usable network_in_network next_nth_usable \
        previous_nth_usable reduce_on_network cidr_merge ip4_hex hwaddr macaddr slaac usable_range json_query \
        version_sort dict dict_kv counter groupby_as_dict lists_mergeby crc32
        """.split(separator: " ").map(String.init)

    static let tests = """
        boolean callable defined divisibleby eq equalto escaped even false filter float ge greaterthan gt in integer \
        iterable le lessthan lower lt mapping ne none number odd sameas sequence string test true undefined upper \
        abs all any change changed contains directory exists failed failure falsy file finished is_abs is_dir is_file \
        is_link is_mount is_same_file isnan issubset issuperset link link_exists match mount nan reachable regex \
        same_file search skip skipped started subset succeeded success successful superset truthy unreachable uri url urn \
        vault_encrypted version version_compare ip ipv4 ipv6 mac private public in_network subnet_of supernet_of
        """.split(separator: " ").map(String.init)

    static let lookups = """
        csvfile dict env file fileglob first_found indexed_items ini inventory_hostnames items lines list nested \
        password pipe random_choice sequence subelements template together unvault varnames vars flattened cartesian
        """.split(separator: " ").map(String.init)

    @Test(arguments: filters) func `A filter is known`(name: String) throws {
        _ = try Template(parsing: "{{ x | \(name) }}")
        _ = try Template(parsing: "{{ x | ansible.builtin.\(name) }}")
    }

    @Test(arguments: tests) func `A test is known`(name: String) throws {
        _ = try Template(parsing: "{{ x is \(name) }}{{ x is not ansible.builtin.\(name) }}")
    }

    @Test(arguments: lookups) func `A lookup is known`(name: String) {
        #expect(Lookups.isKnown(name) && Lookups.isKnown("ansible.builtin." + name))
        #expect(Lookups.names.contains(name))
    }

    @Test(arguments: [
        ("{{ n | uper }}", TemplateProblem.unknownFilter("uper", nearest: "upper"), 8),
        ("{{ n | ansible.builtin.b64encod }}", .unknownFilter("ansible.builtin.b64encod", nearest: "b64encode"), 8),
        ("{{ n is defind }}", .unknownTest("defind", nearest: "defined"), 9),
        ("{{ lookup('fileglo', 'x') }}", .unknownLookup("fileglo", nearest: "fileglob"), 11),
        ("{{ [n] | map('uper') | list }}", .unknownFilter("uper", nearest: "upper"), 10),
        ("{{ [n] | select('od') | list }}", .unknownTest("od", nearest: "odd"), 10),
        ("{{ rang(3) }}", .unknownFunction("rang", nearest: "range"), 4),
        ("{{ n | qqqqqqqqq }}", .unknownFilter("qqqqqqqqq", nearest: nil), 8),
    ])
    func `An unknown name is an error at its place that names the nearest`(
        text: String, problem: TemplateProblem, column: Int
    ) {
        let error = #expect(throws: TemplateError.self) {
            try Template(parsing: text).render(FixedScope(["n": 1]))
        }
        #expect(error?.problem == problem)
        #expect(error?.position == TemplatePosition(line: 1, column: column))
    }
}
