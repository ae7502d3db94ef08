// A CSV file as it is, read whole and in chunks, which must agree.
#include "data/csv.h"

#include "autograd/autograd.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using data::CSVOptions;
using data::Table;

CSVOptions options_of(fuzz::Bytes& bytes) {
  CSVOptions o;
  const auto bits = bytes.take<uint16_t>();
  auto bit = [bits, next = 0]() mutable { return (bits >> next++ & 1) != 0; };
  if (bit()) o.sep(';').decimal(',');
  if (bit()) o.delim_whitespace(true);
  if (bit()) o.skipinitialspace(true);
  if (bit()) o.header(std::nullopt);
  if (bit()) o.quotechar(std::nullopt);
  if (bit()) o.doublequote(false);
  if (bit()) o.escapechar('\\');
  if (bit()) o.comment('#');
  if (bit()) o.thousands('_');
  if (bit()) o.skip_blank_lines(false);
  if (bit()) o.skiprows({1, 3});
  if (bit()) o.na_values({"-999", "?"});
  if (bit()) o.keep_default_na(false);
  if (bit()) o.float_dtype(kFloat);
  if (bit()) o.nrows(bytes.take<uint8_t>());
  if (bit()) o.dtype({{0, kInt}});
  return o.max_field_bytes(1 << 10).max_columns(1 << 6);
}

bool same(const Table& a, const Table& b) {
  if (a.columns() != b.columns() || a.rows() != b.rows()) return false;
  for (const std::string& name : a.columns()) {
    if (a.is_text(name) != b.is_text(name) || !a.isna(name).equal(b.isna(name))) return false;
    if (a.is_text(name) ? a.text(name) != b.text(name)
                        : !a.tensor(name).nan_to_num().equal(b.tensor(name).nan_to_num()))
      return false;
  }
  return true;
}

}  // namespace

void fuzz::run(std::string_view input) {
  static const File file;
  Bytes bytes(input);
  CSVOptions options = options_of(bytes);
  file.replace(bytes.rest());
  const Table table = data::read_csv(file.path(), options);
  table.to_string();

  // With types that are found from all rows, chunks of one row are the same.
  data::CSVReader reader(file.path(), options.chunksize(int64_t(1) << 40));
  require(reader.columns() == table.columns(), "names differ");
  for (int64_t row = 0; const auto chunk = reader.next(1); ++row)
    require(same(*chunk, table.tail(table.rows() - row).head(1)), "a row differs");
  require(reader.rows_read() == table.rows(), "numbers of rows differ");
}

std::vector<std::string> fuzz::seeds() {
  std::vector<std::string> all;
  const auto add = [&](uint16_t bits, const std::string& bytes) {
    all.push_back(std::string{char(bits), char(bits >> 8)} + bytes);
  };
  add(0, "a,b,c\n1,2.5,x\n-3,4e2,\"y \"\"z\"\"\n\"\n");
  add(0,
      "\xEF\xBB\xBF"
      "a,b\r\n1,True\r\n,NA\r\nx,false");
  add(1, "a;b\n1,5;2\n-0,25;inf\n");
  add(2 | 8, "  1   2.5e-3\t x\n 3 4 y \n");
  add(64 | 128, "# c\na,b\nx\\,y,1 # d\n\"p\\\"q\",2\n");
  add(256 | 512, "a\n1_000\n\n9223372036854775808\n");
  add(1024 | 2048 | 4096, "a,b\nm,kg\n-999,?\n1,2\n");
  add(8192 | 32768, "a,b\n1,0.1\n2,123456789012345678901234567890\n");
  return all;
}
