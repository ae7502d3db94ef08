#pragma once
inline int data() { return 4; }
