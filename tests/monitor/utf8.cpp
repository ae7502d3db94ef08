#include "monitor/utf8.h"

#include <doctest/doctest.h>

using namespace gradus::monitor;

TEST_CASE("characters take the columns that wcwidth() says") {
  struct Case {
    char32_t c;
    int columns;
  };
  constexpr Case cases[] = {
      {'a', 1},      {0xAD, 1},    {0xE9, 1},    {0x2014, 1},  {0x2588, 1},  {0x2764, 1},
      {0xFFFD, 1},   {0x1F1E6, 1}, {0x600, 1},   {0x231A, 2},  {0x2B50, 2},  {0x26A1, 2},
      {0x1F469, 2},  {0x1F680, 2}, {0x1F7E2, 2}, {0x1F3FB, 2}, {0x1FAE0, 2}, {0x115F, 2},
      {0x4E2D, 2},   {0xAC00, 2},  {0x3000, 2},  {0xFF21, 2},  {0x20000, 2}, {0x303F, 1},
      {0x301, 0},    {0x200B, 0},  {0x200D, 0},  {0xFE0E, 0},  {0xFE0F, 0},  {0xE0100, 0},
      {0xE0061, 0},  {0x20E3, 0},  {0x1160, 0},  {0x64B, 0},   {0xE34, 0},   {0x302A, 0},
      {0x10FFFF, 1}, {0x1F6D8, 2}, {0x2FF, 1},   {0x4DC0, 2},  {0x1F321, 1},
  };
  for (const auto& [c, columns] : cases) {
    CAPTURE(uint32_t(c));
    CHECK(columns_of(c) == columns);
  }
}

TEST_CASE("a text takes the columns of its characters, and a picture of several those of all") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("Größe") == 5);
  CHECK(columns_of("e\u0301\xff\xe6") == 3);
  CHECK(columns_of("\xed\xa0\x80\xc0\x80") == 5);  // a surrogate, an overlong zero
  CHECK(columns_of("\u231A\u2B50") == 4);
  CHECK(columns_of("\u2764") == 1);
  CHECK(columns_of("\u2764\uFE0F") == 2);
  CHECK(columns_of("\u2764\uFE0E") == 1);
  CHECK(columns_of("1\uFE0F\u20E3") == 2);
  CHECK(columns_of("\u231A\uFE0F") == 2);
  CHECK(columns_of("\uFE0F") == 0);
  CHECK(columns_of("\U0001F469\u200D\U0001F4BB") == 4);
  CHECK(columns_of("\U0001F44D\U0001F3FD") == 4);
  CHECK(columns_of("\U0001F1E9\U0001F1EA") == 2);
}

TEST_CASE(
    "a text is cut before the character that has no more room, with what stands on the last") {
  CHECK(cropped("漢字x", 3) == "漢");
  CHECK(cropped("漢字x", 5) == "漢字x");
  CHECK(cropped("e\u0301x", 1) == "e\u0301");
  CHECK(cropped("x\u2764\uFE0Fy", 2) == "x\u2764");
  CHECK(cropped("x\u2764\uFE0Fy", 3) == "x\u2764\uFE0F");
  CHECK(cropped("abc", 0) == "");
  CHECK(cropped("abc", -1) == "");
  CHECK(cropped("", 0) == "");
  CHECK(cropped("abc", 3) == "abc");
}

TEST_CASE("a text of one line has a space for what would end it or move the cursor") {
  CHECK(one_line("a\tb\nc\x7f\x1b[1m") == "a b c  [1m");
  CHECK(one_line("a\u0085b\u009bc\u2028d\u2029e") == "a b c d e");
  CHECK(one_line("\x85 \x9b \xff\xe9") == "    \xff\xe9");
  CHECK(one_line("Größe 漢 \u00a0") == "Größe 漢 \u00a0");
  CHECK(one_line(std::string_view("a\0b", 3)) == "a b");
}
