internal import TaskModules

// clusterfile-runner [--state FOLDER]: carries out one bundle that comes over standard input.
var stateFolder = "/var/lib/clusterfile/runner"
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    guard argument == "--state", let folder = arguments.popFirst() else {
        RunnerUsage.fail("usage: clusterfile-runner [--state FOLDER]")
    }
    stateFolder = folder
}
RunnerUsage.end(BundleRunner.serve(input: 0, output: 1, stateFolder: stateFolder))
