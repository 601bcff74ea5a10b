import Files
import Foundation
import Reporting
import TestSupport
import Testing

@Suite struct RejectsWriterTests {
  @Test func rowsAreWrittenWithPlaceReasonAndText() throws {
    let folder = try Workdir()
    var writer = try RejectsWriter(output: OutputFile(path: folder.file("r.csv")))
    try writer.append(
      file: "a,b.csv", line: 3, column: "x", reason: "expected a number, found \"oops\"",
      text: Array("1,oops".utf8))
    try writer.append(
      file: "c.csv", line: 9, column: nil, reason: "found 2 cells", text: [0x31, 0xFF, 0x0A, 0x00])
    #expect(writer.count == 2 && !folder.exists("r.csv"))
    try writer.commit()
    let expected =
      Array(
        """
        file,line,column,reason,text
        "a,b.csv",3,x,"expected a number, found ""oops""\","1,oops"
        c.csv,9,,found 2 cells,"
        """.utf8) + [0x31, 0xFF, 0x0A, 0x00, 0x22, 0x0A]
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("r.csv")))
    #expect(Array(data) == expected)
  }
}
