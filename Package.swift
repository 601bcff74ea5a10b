// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: unsafe code is marked, warnings stop the build.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A stage of the pipeline and the targets it may import.
func stage(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: settings)
}

/// The tests of one target; `others` names what else they import.
func tests(of name: String, _ others: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + others,
    swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "Stillwater",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Stillwater", targets: ["Stillwater"]),
    .executable(name: "stillwater", targets: ["StillwaterCLI"]),
    .executable(name: "stillwater-bench", targets: ["Benchmarks"]),
    .executable(name: "stillwater-fuzz", targets: ["Fuzzing"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Shims: the only targets that know a C library.
    .systemLibrary(name: "CLibCSV", providers: [.apt(["libcsv-dev"]), .brew(["libcsv"])]),
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .target(name: "CKernels"),
    .target(name: "CNumbers"),

    // Stages: each turns one noun into the next.
    stage("Compute", ["COpenBLAS", "CKernels"]),
    stage("Files", ["CZlib", "CZstd", "CCrypto"]),
    stage("Tabular"),
    stage("Ingestion", ["Tabular", "Files", "CLibCSV", "CNumbers"]),
    stage("Encoding", ["Tabular", "Compute"]),
    stage("Neural", ["Compute"]),
    stage("Diffusion", ["Neural", "Compute"]),
    stage("Scoring", ["Diffusion", "Compute"]),
    stage("Events", ["Diffusion", "Scoring", "Compute"]),
    stage("Calibration"),
    stage("Evaluation"),
    stage("Reporting", ["Files", "Tabular", "Ingestion", "Evaluation"]),
    stage("ModelFile", ["Files"]),
    stage(
      "ModelParts", ["ModelFile", "Encoding", "Neural", "Diffusion", "Scoring", "Compute"]),

    // The public face, where they meet; on top of it files to files, pipelines, the command line.
    stage(
      "Stillwater",
      [
        "Compute", "Files", "Tabular", "Ingestion", "Encoding", "Diffusion", "Scoring", "Events",
        "Calibration", "Reporting", "ModelFile", "ModelParts",
      ]),
    stage(
      "Stages",
      [
        "Stillwater", "Files", "Tabular", "Ingestion", "Calibration", "Evaluation", "Reporting",
      ]),
    stage("Options", ["Stages", "Stillwater", "Files", "Ingestion", "Calibration", "Reporting"]),
    stage(
      "Pipelines",
      ["Options", "Stages", "Stillwater", "Files", "Ingestion", "Reporting", yams]),
    .executableTarget(
      name: "StillwaterCLI",
      dependencies: [
        "Stillwater", "Stages", "Options", "Pipelines", "Files", "Ingestion", "Reporting",
        argumentParser,
      ],
      swiftSettings: settings),

    // Tests and benchmarks.
    .target(
      name: "TestSupport", dependencies: ["Compute"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Stillwater", "Events", "Calibration", "Evaluation", "Compute", "Neural", "Diffusion",
        "Ingestion", "Reporting", "CLibCSV", "TestSupport", argumentParser,
      ],
      path: "Tests/Benchmarks", exclude: ["RESULTS.md"], swiftSettings: settings),
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "Stillwater", "Pipelines", "ModelFile", "Files", "Ingestion", "Tabular", "TestSupport",
      ],
      path: "Tests/Fuzzing", exclude: ["corpus"], swiftSettings: settings),
    tests(of: "Compute", ["TestSupport"]),
    tests(of: "Files"),
    tests(of: "Tabular", ["TestSupport"]),
    tests(of: "Ingestion", ["Tabular", "Files", "TestSupport"]),
    tests(of: "Encoding", ["Tabular", "Compute", "TestSupport"]),
    tests(of: "Neural", ["Compute", "TestSupport"]),
    tests(of: "Diffusion", ["Neural", "Compute", "TestSupport"]),
    tests(of: "Scoring", ["Diffusion", "Compute", "TestSupport"]),
    tests(of: "Events", ["Diffusion", "Scoring", "Compute", "TestSupport"]),
    tests(of: "Calibration", ["TestSupport"]),
    tests(of: "Evaluation", ["TestSupport"]),
    tests(of: "Reporting", ["Evaluation", "Files", "Ingestion", "TestSupport"]),
    tests(of: "ModelFile", ["Files"]),
    tests(of: "Stages", ["Evaluation", "Files", "Reporting", "Stillwater", "TestSupport"]),
    tests(of: "Options", ["Stages", "Stillwater", "Calibration"]),
    tests(of: "Pipelines", ["Options", "Stages", "Stillwater", "Ingestion", "TestSupport"]),
    // They run the program itself, too.
    tests(
      of: "Stillwater",
      [
        "StillwaterCLI", "Pipelines", "ModelFile", "Evaluation", "Files", "Ingestion",
        "TestSupport",
      ]),
    .testTarget(
      name: "GoldenTests",
      dependencies: [
        "Stillwater", "Scoring", "Diffusion", "Neural", "Encoding", "Tabular", "Compute",
        "TestSupport",
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
