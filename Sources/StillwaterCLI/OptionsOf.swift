import ArgumentParser
import Ingestion
import Options

/// All options of a table as flags, grouped by the sections of the help.
struct OptionsOf<Root: Configurable>: ParsableArguments {
  @OptionGroup var main: Flags<Root, MainPart>
  @OptionGroup(title: "CSV") var csv: Flags<Root, CSVPart>
  @OptionGroup(title: "Damaged rows") var damagedRows: Flags<Root, DamagedRowsPart>
  @OptionGroup(title: "Run") var run: Flags<Root, RunPart>
  @OptionGroup(title: "Console") var console: Flags<Root, ConsolePart>

  func validate() throws { _ = try value() }

  /// The configured value: flags take precedence over the environment, the environment over defaults.
  ///
  /// Throws `ValidationError` for an invalid variable or contradictory options.
  func value() throws -> Root {
    var (root, given) = (Root.blank, Given(front: .flag))
    let parts = [csv.texts, damagedRows.texts, run.texts, console.texts]
    let flags = parts.reduce(main.texts) { $0.merging($1) { first, _ in first } }
    for option in Root.table where option.isFlag {
      if let texts = flags[option.name] {
        _ = option.set(&root, texts)  // sound, for the flag has been checked
        given.add(option.name, .flag)
      } else if let texts = option.textsOfEnvironment {
        guard option.set(&root, texts) else {
          let found = quoted(texts.joined(separator: ","))
          throw ValidationError(option.fault(texts, .variable, found: found).description)
        }
        given.add(option.name, .variable)
      }
    }
    if let conflict = root.conflicts(given).first { throw ValidationError(conflict.reason) }
    return root
  }
}
