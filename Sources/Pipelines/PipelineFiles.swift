import Files
import Yams

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Tracks which stage reads and writes which file, in execution order, and reports conflicts.
///
/// Conflicts are a missing input, two writers of one file, an output that overwrites an input, and an
/// output that would become an input of the next run.
final class PipelineFiles {
  private let reader: PipelineReader
  // Stages by path. Keys are bytes, since names that are equal in Swift can be different files.
  private var readers: [[UInt8]: String] = [:]
  private var writers: [[UInt8]: String] = [:]
  /// Stages by the folder that they read as a whole.
  private var gathered: [[UInt8]: String] = [:]

  /// The suffixes of the companion files of an output.
  static let companions = [".summary.json", ".rejects.csv", ".stage.json", ".checkpoint"]

  init(_ reader: PipelineReader) { self.reader = reader }

  /// Expands and registers the input files of a stage.
  ///
  /// * `items`: paths, folders and patterns as written.
  /// * `folder`: what relative ones are resolved against, with a final slash.
  func inputs(
    _ items: [PipelineMembers.Item], of stage: String, folder: String
  ) -> [String] {
    var (paths, seen) = ([String](), Set<[UInt8]>())
    for item in items {
      for path in expanded(item, item.text.hasPrefix("/") ? "" : folder, stage) {
        if seen.insert(key(path)).inserted {
          reads(path, stage, item.node)
          paths.append(path)
        } else {
          reader.report(item.node, "\(path) stands twice in the files of \(stage)")
        }
      }
    }
    return paths
  }

  private func expanded(
    _ item: PipelineMembers.Item, _ folder: String, _ stage: String
  ) -> [String] {
    guard item.text != "-" else {
      reader.report(item.node, "a pipeline cannot read standard input; name a file")
      return []
    }
    let path = folder + item.text
    let isPattern =
      item.text.contains(where: Self.isPatternSign) && !FileManager.default.fileExists(atPath: path)
    do throws(FileError) {
      let paths = try InputPaths.expand([isPattern ? Self.literal(folder) + item.text : path])
      if paths != [path], !isPattern { gathered[key(path)] = stage }
      return paths
    } catch .noMatch(_, let reason) {
      reader.report(item.node, "\(path): \(reason)", isMissingInput: true)
    } catch {
      reader.report(item.node, error.description, isMissingInput: true)
    }
    return []
  }

  private static func isPatternSign(_ character: Character) -> Bool { "*?[".contains(character) }

  /// A pattern that matches exactly this text: the pipeline's folder may be named `[a]`.
  private static func literal(_ text: String) -> String {
    text.map { isPatternSign($0) ? "[\($0)]" : "\($0)" }.joined()
  }

  /// Registers that `stage` reads a file, which must exist or be written by an earlier stage.
  func reads(_ path: String, _ stage: String, _ node: Node?) {
    let key = key(path)
    if writers[key] == nil, !FileManager.default.fileExists(atPath: path) {
      reader.report(node, "\(path): no such file, needed by \(stage)", isMissingInput: true)
    }
    if readers[key] == nil { readers[key] = stage }
  }

  /// Registers that `stage` writes a file and its companions.
  func writes(_ path: String, _ stage: String, _ node: Node?) {
    let key = key(path)
    if path == "-" || path.hasSuffix("/-") {
      reader.report(node, "a pipeline cannot write to standard output; name a file")
    } else if let other = writers[key] {
      reader.report(node, "\(path) would be written by \(other) and by \(stage)")
    } else if let other = readers[key] {
      reader.report(node, "\(path) is read by \(other); name another output")
    } else if let other = gathered[folder(of: key)], isTable(path) {
      reader.report(
        node, "\(path) would be an input of \(other) at the next run; name another folder")
    }
    for name in [key] + Self.companions.map({ key + Array($0.utf8) }) where writers[name] == nil {
      writers[name] = stage
    }
  }

  private func isTable(_ path: String) -> Bool {
    InputPaths.endings.contains { path.hasSuffix($0) }
  }

  private func folder(of key: [UInt8]) -> [UInt8] {
    key.lastIndex(of: UInt8(ascii: "/")).map { Array(key[..<$0]) } ?? []
  }

  /// A canonical spelling of paths that differ only in `.`, `..` and repeated slashes; links are not
  /// resolved.
  private func key(_ path: String) -> [UInt8] {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    return Array(((path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")).utf8)
  }
}
