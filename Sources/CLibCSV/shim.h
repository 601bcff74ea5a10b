#ifndef STILLWATER_CLIBCSV_SHIM_H
#define STILLWATER_CLIBCSV_SHIM_H

#include <csv.h>
#include <stdint.h>
#include <string.h>

/// The longest cell that a parser will hold, in bytes.
#define CSV_CELL_LIMIT ((size_t)1 << 20)

/// Where the cells of one block go: memory of the caller, filled by the callbacks.
///
/// `bytes` must hold as many bytes as the input, `offsets` two entries more, `firsts` one more: no
/// cell is longer than its text, and each cell but the last takes up a byte of delimiter.
struct csv_cells {
  unsigned char *bytes;  // the unquoted cells, one behind another
  uint32_t *offsets;     // where cell i begins; one entry more than cells
  uint32_t *firsts;      // the index of the first cell of each record; one entry more than records
  size_t cell_count;
  size_t record_count;
};

/// Copies 1...16 bytes without a call, for nearly all cells are short.
static inline void csv_copy_short(unsigned char *to, const unsigned char *from, size_t length) {
  if (length >= 8) {
    uint64_t head, tail;
    memcpy(&head, from, 8);
    memcpy(&tail, from + length - 8, 8);
    memcpy(to, &head, 8);
    memcpy(to + length - 8, &tail, 8);
  } else if (length >= 4) {
    uint32_t head, tail;
    memcpy(&head, from, 4);
    memcpy(&tail, from + length - 4, 4);
    memcpy(to, &head, 4);
    memcpy(to + length - 4, &tail, 4);
  } else {
    for (size_t i = 0; i < length; i++) to[i] = from[i];
  }
}

/// Called by libcsv at the end of each cell; `text` is null when an unquoted cell is empty.
static inline void csv_cells_field(void *text, size_t length, void *context) {
  struct csv_cells *cells = (struct csv_cells *)context;
  const uint32_t begin = cells->offsets[cells->cell_count];
  if (length > 16)
    memcpy(cells->bytes + begin, text, length);
  else if (length > 0)
    csv_copy_short(cells->bytes + begin, (const unsigned char *)text, length);
  cells->offsets[++cells->cell_count] = begin + (uint32_t)length;
}

/// Called by libcsv at the end of each record.
static inline void csv_cells_record(int terminator, void *context) {
  struct csv_cells *cells = (struct csv_cells *)context;
  (void)terminator;
  cells->firsts[++cells->record_count] = (uint32_t)cells->cell_count;
}

/// Grows a cell buffer up to the limit, and no further; libcsv wants a byte more than the cell has.
static inline void *csv_capped_realloc(void *memory, size_t size) {
  return size > CSV_CELL_LIMIT + 1 ? NULL : realloc(memory, size);
}

/// Parses one block with a fresh strict parser; returns a `CSV_` status.
///
/// `parsed` becomes the number of bytes taken before a fault. The options are set once, before the
/// first byte: changing them later can write past libcsv's buffer. With `finishes` zero the end of
/// the block is not taken for the end of a record.
static inline int csv_cells_parse(const unsigned char *input, size_t count, unsigned char delimiter,
                                  int finishes, struct csv_cells *cells, size_t *parsed) {
  struct csv_parser parser;
  cells->cell_count = cells->record_count = 0;
  cells->offsets[0] = cells->firsts[0] = 0;
  *parsed = 0;
  if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0) return CSV_EINVALID;
  csv_set_delim(&parser, delimiter);
  csv_set_realloc_func(&parser, csv_capped_realloc);
  csv_set_blk_size(&parser, (size_t)1 << 16);
  *parsed = csv_parse(&parser, input, count, csv_cells_field, csv_cells_record, cells);
  int status = *parsed == count ? CSV_SUCCESS : csv_error(&parser);
  if (*parsed == count && finishes &&
      csv_fini(&parser, csv_cells_field, csv_cells_record, cells) != 0)
    status = csv_error(&parser);
  csv_free(&parser);
  return status;
}

#endif
