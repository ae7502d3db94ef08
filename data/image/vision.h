// Pictures as files, which come with a library of their own: link gradus_image beside gradus.
#pragma once

#include "data/image/grid.h"
#include "data/image/image.h"
#include "data/image/image_folder.h"
