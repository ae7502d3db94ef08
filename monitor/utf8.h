// Texts that a terminal shows, for .cpp files.
#pragma once

#include <string>
#include <string_view>

namespace gradus::monitor {

// Takes the first character off `text`, which is not empty; U+FFFD for a byte that begins none.
char32_t next_character(std::string_view& text);
// How many columns of a terminal a character takes, as wcwidth() of Unicode 14: 0, 1 or 2.
int columns_of(char32_t c);
// The same for the next character of a text; `last` is that of the one before it with columns, 0
// before the first. U+FE0F makes a picture of two columns of a character that had one.
int columns_of(char32_t c, int& last);
// The same for a text. Terminals differ in pictures that are made of several: it is what those need
// that need most, so that a line of so many columns is nowhere longer.
int columns_of(std::string_view text);
// The longest beginning that takes at most so many columns.
std::string_view cropped(std::string_view text, int columns);
// The text with a space for each control character and end of a line, which would move the cursor.
std::string one_line(std::string_view text);

}  // namespace gradus::monitor
