import Files
import Testing

@Suite struct PrintableTests {
  @Test(arguments: [
    ("", ""), ("plain text, \u{E9} \u{1F600}", "plain text, \u{E9} \u{1F600}"),
    ("\u{1B}[31m\u{7}", "<1B>[31m<07>"), ("a\nb\r\tc\u{0}", "a<0A>b<0D><09>c<00>"),
    ("\u{7F}\u{9B}", "<7F><9B>"), ("a\u{2028}b\u{2029}", "a<2028>b<2029>"),
    ("\u{202E}gnp\u{2066}\u{200F}", "<202E>gnp<2066><200F>"), ("\r\n", "<0D><0A>"),
  ])
  func controlsStandAsTheirCodePoints(text: String, expected: String) {
    #expect(printable(text) == expected)
  }

  @Test func messagesShowNamesInOneLine() {
    #expect(FileError.missing(path: "a\n\u{1B}b").description == "a<0A><1B>b: no such file")
    #expect(
      OutputError.exists(path: "\u{9B}").description
        == "<9B>: exists already; name another output or allow replacing it")
  }
}
