// Texts that a terminal shows, for .cpp files.
#pragma once

#include <string>
#include <string_view>

namespace gradus::monitor {

// Takes the first character off `text`, which is not empty; U+FFFD for a byte that begins none.
char32_t next_character(std::string_view& text);
// How many columns of a terminal a character takes: 0, 1 or 2.
int columns_of(char32_t c);
// The same for a text.
int columns_of(std::string_view text);
// The longest beginning that takes at most so many columns.
std::string_view cropped(std::string_view text, int columns);
// The text with a space for each control character, which would move the cursor.
std::string one_line(std::string_view text);

}  // namespace gradus::monitor
