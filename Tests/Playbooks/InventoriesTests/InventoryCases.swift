/// Inventories in all forms, each read here and by the peer.
enum InventoryCases {
    private static let values = [
        "1", "-1", "+5", "007", "0", "00", "0x1F", "0o17", "0b11", "1_000", "1__0", "1.5", "1.", ".5", "1e3", "-1.5e-3",
        "True", "true", "False", "None", "null", "yes", "", "'a b'", "\"a # b\"", "abc # c", "1 # c", "'it''s'",
        "[1, 2]",
        "[1, 2,]", "(1, 2)", "(1)", "(1,)", "1, 2", "{'a': [1, None]}", "{\"a\": 1, }", "[a, b]", "{{ x }}", "a=b",
        "/with space", "\\n", "'\\n\\x41\\u00e9\\101\\q'", "r'\\n'", "b'x'", "u'x'", "'''x'''", "10:30", "0644",
        "2001-01-01", "--", "- 1", "[1", "\"open", "1 2", "[true]", "[[1], (2, 3)]", "{1: 2}", "nan", "0x", "5L", "[]",
        "{}", "()", "not x", "1+2", "'a' 'b'", "\"tab\\there\"", "10.0.0.1", "1-2", "Ünicode", "'x' y",
    ]

    static let all: [PeerInventories.Case] = [
        .init(
            name: "typing",
            files: [
                "hosts": "h\n[all:vars]\n" + values.enumerated().map { "v\($0.offset)=\($0.element)\n" }.joined()
            ]),
        .init(
            name: "ranges",
            files: [
                "hosts": """
                a[1:3] b[01:10:4] c[a:c]-[1:2].x
                n[08:11]
                l[x:z:2]
                u[Y:Z] port=1
                [addresses]
                10.0.0.[1:3]:2222
                fe80::[1:3] ipv6=yes
                [2001:db8::5]:2022
                last:99 x=1
                bad_:22
                under_score-[0:1]:8022 # comment
                """.replacing("a[1:3] b[01:10:4] c[a:c]-[1:2].x", with: "a[1:3]\nb[01:10:4]\nc[a:c]-[1:2].x")
            ],
            patterns: [
                "a1:a3", "a*", "10.0.0.*", "10.0.0.2", "fe80::2", "addresses[0]", "addresses[-1]", "last:99", "b01,b09",
                "c?-1.x",
            ]),
        .init(
            name: "words",
            files: [
                "hosts": #"""
                # comment
                ; another
                one a='x y' b="q \"z\" \n" c=plain\ space d=x#comment e=after
                two a="[1, 'b']" b='"5"' c='5' d="{{ z }}" e=key=value f=
                three    # trailing
                  four ansible_host=1.2.3.4 ansible_port=22   
                """#
            ]),
        .init(
            name: "groups",
            files: [
                "hosts": """
                lone
                [db:children]
                east
                west
                [west]
                w1
                shared level=host
                [east]
                e1
                shared
                [east:vars]
                level=east
                x=east
                ansible_group_priority=5
                [west:vars]
                level=west
                x=west
                [db:vars]
                level=db
                y=db
                [all:vars]
                y=all
                z=all
                [empty]
                [web:children]
                db
                [top:children]
                web
                db
                [ungrouped:vars]
                u=1
                """
            ],
            patterns: [
                "all", "*", "db", "west:east", "east:west", "top", "ungrouped", "shared", "!db", "all:!db", "web:&east",
                "&east", "!w1:db", "w*", "?1", "[ew]1", "[!e]1", "~(w|e)1", "~.*e", "~s", "db[0]", "db[-1]", "db[0:1]",
                "db[1:]", "db[0-1]", "db[7]", "db[0:0]", "*[2]", "nothing", "db:nothing", "empty", "localhost",
                "db,lone", "db,!shared", "db:!w*:&east", "ungr*", "al*", "~db", "lone:lone:db",
                " db , lone ",
                "db[:1]", "web:localhost",
            ]),
        .init(
            name: "all-section",
            files: ["hosts": "[b]\nb1\n[all]\nz\nb1\na\n[all:children]\nc\n[c]\nc1\n[localnet]\n127.0.0.1 me=1\n"],
            patterns: ["all", "*", "ungrouped", "localhost", "all[0]", "~.*", "*1"]),
        .init(
            name: "yaml",
            files: [
                "hosts.yml": """
                all:
                  vars: {a: 1, b: 0644, c: yes, d: 2001-01-01}
                  hosts:
                    lone:
                    "n[1:2]:2200": {x: 1}
                  children:
                    web:
                      hosts:
                        w[01:02].example.com: {ansible_port: 22}
                        lone: {y: 2}
                      vars: {b: web, ansible_group_priority: 3}
                      children: {inner: }
                    inner: {hosts: {i: {}}, vars: {b: inner}}
                    db: {hosts: d, vars: {b: db}}
                other:
                  children:
                    db:
                """
            ],
            sources: ["hosts.yml"],
            patterns: ["all", "web", "other", "w*", "inner:web", "*.example.com[1]", "~w\\d+\\."]),
        .init(
            name: "plain-name-yaml", files: ["hosts": "---\nall:\n  children:\n    g:\n      hosts:\n        h:\n"],
            patterns: ["g"]),
        .init(
            name: "json", files: ["hosts.json": #"{"all": {"hosts": {"h": {"a": [1, {"b": null}]}}}}"#],
            sources: ["hosts.json"]),
        .init(name: "ini-in-yml", files: ["hosts.yml": "[g]\nh a=1\n"], sources: ["hosts.yml"]),
        .init(name: "list", files: [:], sources: ["h2, h1:22,10.0.0.1,[::1]:44,a[1:2],bad_:3,h1,"], patterns: ["all"]),
        .init(name: "empty", files: ["hosts": "# nothing\n"], patterns: ["all", "localhost"]),
        .init(
            name: "several",
            files: [
                "one/hosts": "[g]\nh1 a=1\n[outer:children]\ng\n", "one/group_vars/g.yml": "f: one-g\nn: one-g\n",
                "one/group_vars/all.yml": "f: one-all\nm: one-all\nz: file\n",
                "two/hosts": "[g]\nh2\nh1 b=2 a=2\n[all:vars]\nz=ini\nm=ini\n",
                "two/group_vars/outer/x.yml": "f: two-outer\n", "two/group_vars/outer/y.json": "{\"o\": 1}",
                "two/host_vars/h1": "c: 3\n", "play/group_vars/all/deep/file": "m: play-all\n",
                "play/group_vars/all/README.md": "no: thing\n", "play/group_vars/all/skip.txt": "no: thing\n",
                "play/group_vars/g": "", "play/host_vars/h1.yaml": "c: play\n",
                "play/host_vars/h1.json": "{\"c\": \"json\"}",
                "play/host_vars/localhost.yml": "here: true\n",
            ],
            sources: ["one/hosts", "two/hosts"], patterns: ["all", "outer"]),
        .init(
            name: "folder",
            files: [
                "inv/02-more": "[g]\nsecond\n", "inv/01-first.yml": "g:\n  hosts:\n    first:\n",
                "inv/skip.ini": "[g]\nno\n",
                "inv/.hidden": "[g]\nno\n", "inv/old.bak": "no\n", "inv/note.txt": "no\n", "inv/sub/more": "third\n",
                "inv/group_vars/g.yml": "v: 1\n", "inv/host_vars/third/a.yml": "v: 3\n",
            ],
            sources: ["inv"], patterns: ["all", "g"]),
        .init(
            name: "program",
            files: [
                "hosts.sh": """
                #!/bin/sh
                [ "$1" = --list ] || exit 1
                cat <<END
                {"web": {"hosts": ["w1", "w2"], "vars": {"a": 1}, "children": ["inner"]}, "inner": ["i"],
                 "alone": {"b": 2}, "_meta": {"hostvars": {"w1": {"c": [1]}, "stranger": {"d": 1}}}}
                END
                """
            ],
            sources: ["hosts.sh"], patterns: ["all", "web"]),
        .init(
            name: "program-by-host",
            files: [
                "hosts.sh": """
                #!/bin/sh
                if [ "$1" = --list ]; then echo '{"g": {"hosts": ["h1", "h2"]}}'
                else echo "{\\"name\\": \\"I am $2\\"}"; fi
                """
            ],
            sources: ["hosts.sh"], patterns: ["all"]),
    ]
}
