internal import Linux
internal import TaskModules

// clusterfile-runner [--state FOLDER]: carries out one bundle that comes over standard input.
// clusterfile-runner --job: carries out one task that goes on without the runner that began it.
CoreFiles.preventOwn()
var stateFolder = "/var/lib/clusterfile/runner"
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    if argument == "--job" { RunnerUsage.end(BackgroundJob.serve(input: 0)) }
    guard argument == "--state", let folder = arguments.popFirst() else {
        RunnerUsage.fail("usage: clusterfile-runner [--state FOLDER | --job]")
    }
    stateFolder = folder
}
RunnerUsage.end(BundleRunner.serve(input: 0, output: 1, stateFolder: stateFolder))
