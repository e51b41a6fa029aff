// swift-tools-version: 6.3
import PackageDescription

/// One configuration for everything: programs and tests share one `swift build`, so a clean checkout compiles once.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func wing(
    _ wing: String, _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(wing)/\(name)", exclude: exclude, swiftSettings: strict
    )
}

/// Programs carry the Swift runtime within them: machines have none. (`--static-swift-stdlib` would reach the tests too.)
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/Programs/\(name)", swiftSettings: strict,
        linkerSettings: [
            .unsafeFlags([
                "-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-Xlinker", "--gc-sections",
            ])
        ])
}

func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// Tests mirror the sources: `Tests/WING/MODULETests` tests `Sources/WING/MODULE`.
func tests(_ wing: String, _ module: String, _ more: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(module)Tests", dependencies: [.byName(name: module)] + more, path: "Tests/\(wing)/\(module)Tests",
        exclude: exclude, swiftSettings: strict)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let embeddedHTTP: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOEmbedded", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let targets: [Target] = [
    // C
    library("CLibvirt", pkgConfig: "libvirt", package: "libvirt-dev"),
    library("CLibssh", pkgConfig: "libssh", package: "libssh-dev"),
    // No pkg-config, which names the shared library: machines have none, so the module YAML links the archive.
    .systemLibrary(name: "CLibyaml", path: "Sources/C/CLibyaml", providers: [.apt(["libyaml-dev"])]),
    library("CSQLite", pkgConfig: "sqlite3", package: "libsqlite3-dev"),
    library("CZlib", pkgConfig: "zlib", package: "zlib1g-dev"),
    .target(name: "CLinux", path: "Sources/C/CLinux"),

    // Base
    wing("Base", "Diagnostics"),
    wing("Base", "Addresses"),
    wing("Base", "JSON"),
    wing("Base", "INI"),
    .target(
        name: "YAML", dependencies: ["Diagnostics", "JSON", "CLibyaml"], path: "Sources/Base/YAML",
        swiftSettings: strict, linkerSettings: [.linkedLibrary(":libyaml.a")]),
    wing("Base", "Credentials", ["Diagnostics", "JSON", crypto, x509]),
    wing("Base", "HTTPServing", ["Diagnostics", logging] + nio),
    wing("Base", "Linux", ["Diagnostics", "Addresses", "CLinux"]),

    // Kubernetes
    wing("Kubernetes", "Objects", ["JSON"]),
    wing("Kubernetes", "ClusterClient", ["Diagnostics", "JSON", "Objects", logging] + nio),

    // Master
    wing("Master", "StateStore", ["Diagnostics", "CSQLite"]),
    wing("Master", "Access", ["JSON"]),
    wing("Master", "Admission", ["JSON", "Objects"]),
    wing(
        "Master", "APIServer", ["JSON", "YAML", "Objects", "StateStore", "Access", "Admission", "HTTPServing", logging]),
    wing("Master", "Scheduling", ["JSON", "Objects"]),
    wing("Master", "Controllers", ["JSON", "Objects"]),
    wing(
        "Master", "ControlLoops",
        ["Diagnostics", "JSON", "Objects", "ClusterClient", "Scheduling", "Controllers", logging]),

    // Node
    wing("Node", "ContainerImages", ["Diagnostics", "JSON", "Linux", "CZlib", crypto]),
    wing("Node", "ContainerRuntime", ["Diagnostics", "JSON", "Linux", "ContainerImages"]),
    wing("Node", "PodNetwork", ["Diagnostics", "Addresses", "Linux"]),
    wing(
        "Node", "NodeAgent",
        [
            "Diagnostics", "JSON", "Objects", "ClusterClient", "ContainerImages", "ContainerRuntime", "PodNetwork",
            "Addresses", "Linux", "HTTPServing", logging,
        ]),

    // Playbooks
    wing("Playbooks", "Templates", ["Diagnostics", "JSON", "YAML", crypto]),
    wing("Playbooks", "Vault", ["Diagnostics", "JSON", "YAML", "Linux", crypto, cryptoExtras]),
    wing("Playbooks", "Inventories", ["Diagnostics", "JSON", "YAML", "Vault", "Linux"]),
    wing("Playbooks", "Bundles", ["Diagnostics", "JSON"]),
    wing(
        "Playbooks", "Plays",
        ["Diagnostics", "INI", "JSON", "Linux", "YAML", "Templates", "Inventories", "Vault", "Bundles", crypto]),
    wing(
        "Playbooks", "HostConnections", ["Diagnostics", "JSON", "Linux", "Templates", "Plays", crypto] + nio.prefix(2)),
    // The HTTP client of `get_url` and `uri` feeds NIO's codecs by hand: embedded, without event loops.
    wing(
        "Playbooks", "TaskModules",
        ["Diagnostics", "INI", "JSON", "Linux", "Templates", "Bundles", crypto, cryptoExtras, x509] + embeddedHTTP),

    // Provision
    wing("Provision", "Clusterfiles", ["Diagnostics", "Addresses", "YAML", "JSON"], exclude: ["Reference.md"]),
    wing("Provision", "Planning", ["Diagnostics", "Addresses", "JSON", "Clusterfiles"]),
    wing("Provision", "Hypervisor", ["Diagnostics", "CLibvirt"]),
    wing("Provision", "SecureShell", ["Diagnostics", "Linux", "CLibssh"]),
    wing("Provision", "MachineImages", ["Diagnostics", "JSON", "Linux", crypto]),
    wing(
        "Provision", "PlanExecution",
        [
            "Diagnostics", "JSON", "Clusterfiles", "Planning", "Hypervisor", "SecureShell", "MachineImages",
            "Addresses", "Credentials", "Bundles", "Plays", "HostConnections", "Inventories", "ClusterClient", "Linux",
            "YAML", crypto,
        ] + nio.prefix(2),
        exclude: ["Progress/Events.md", "Sites/Hypervisors.md", "Snapshots/Snapshots.md"]),

    // Programs
    program(
        "clusterfile",
        [
            "Diagnostics", "JSON", "Clusterfiles", "Planning", "PlanExecution", "Hypervisor", "SecureShell",
            "MachineImages",
            "Credentials", "Inventories", "Plays", "HostConnections", "Vault", "Linux", "YAML", "ClusterClient",
            arguments,
        ]),
    program(
        "clusterfile-master",
        [
            "Diagnostics", "APIServer", "StateStore", "Access", "ControlLoops", "ClusterClient", "HTTPServing",
            "Objects", "Linux", logging, lifecycle, arguments,
        ]),
    program(
        "clusterfile-node",
        [
            "Diagnostics", "NodeAgent", "ContainerRuntime", "PodNetwork", "ClusterClient", "HTTPServing", "Linux",
            logging, lifecycle,
        ]),
    program("clusterfile-runner", ["Diagnostics", "JSON", "Bundles", "TaskModules", "Linux"]),

    // Tests
    .target(name: "Peers", dependencies: ["Linux"], path: "Tests/Support/Peers", swiftSettings: strict),
    .target(name: "TerminalModels", path: "Tests/Support/TerminalModels", swiftSettings: strict),
    tests("Base", "Addresses"),
    tests("Base", "Diagnostics"),
    tests("Base", "JSON"),
    tests("Base", "INI"),
    tests("Base", "YAML", ["JSON", "Diagnostics"]),
    tests("Base", "Credentials"),
    tests("Base", "HTTPServing", [logging]),
    tests("Base", "Linux", ["Addresses"]),
    tests("Kubernetes", "Objects"),
    tests("Kubernetes", "ClusterClient"),
    tests("Master", "StateStore"),
    tests("Master", "APIServer", ["HTTPServing"]),
    tests("Master", "Access"),
    tests("Master", "Scheduling"),
    tests("Master", "Controllers"),
    tests("Master", "ControlLoops"),
    tests("Node", "ContainerImages", ["JSON", "Linux", crypto]),
    tests("Node", "ContainerRuntime", ["ContainerImages", "JSON", "Linux", crypto]),
    tests("Node", "PodNetwork", ["Addresses", "Linux"]),
    tests("Node", "NodeAgent"),
    tests("Playbooks", "Templates"),
    tests("Playbooks", "Vault", ["Peers", "Diagnostics", "Linux", "YAML", "JSON"]),
    tests("Playbooks", "Inventories", ["Peers", "Vault", "Diagnostics", "Linux", "JSON"]),
    tests(
        "Playbooks", "Plays",
        ["Peers", "TaskModules", "Bundles", "Diagnostics", "Linux", "Templates", "Inventories", "Vault", "JSON"]),
    tests("Playbooks", "TaskModules", ["Peers", "Bundles", "Templates", "JSON"]),
    tests("Provision", "Clusterfiles", ["JSON", "YAML", "Diagnostics"], exclude: ["Broken"]),
    tests("Provision", "Planning", ["Addresses", "Clusterfiles", "Diagnostics", "JSON"]),
    tests("Provision", "Hypervisor", ["CLibvirt"], exclude: ["Golden"]),
    tests("Provision", "SecureShell"),
    tests("Provision", "MachineImages"),
    tests(
        "Provision", "PlanExecution",
        [
            "Planning", "Diagnostics", "Clusterfiles", "Inventories", "Hypervisor", "Credentials", "MachineImages",
            "Linux", "JSON", "YAML", "TerminalModels",
        ]),
    .testTarget(
        name: "SystemTests", dependencies: ["JSON", "YAML", "Bundles", "TerminalModels"], path: "Tests/System",
        exclude: ["Playbooks", "proofs", "stub"],
        swiftSettings: strict
    ),
]

let package = Package(
    name: "clusterfile",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
