// Caffe2's checks, which libtorch's older programs use. What they throw is c10::Error.
#pragma once

#include <torch/torch.h>

#define CAFFE_ENFORCE(...) TORCH_CHECK(__VA_ARGS__)
#define CAFFE_ENFORCE_WITH_CALLER(...) TORCH_CHECK(__VA_ARGS__)
#define CAFFE_ENFORCE_THAT(condition, op, expression, ...) TORCH_CHECK(condition, expression)
#define GRADUS_ENFORCE(op, a, b, ...) \
  TORCH_CHECK((a)op(b), "expected ", #a, " " #op " ", #b __VA_OPT__(, ". ", ) __VA_ARGS__)
#define CAFFE_ENFORCE_EQ(a, b, ...) GRADUS_ENFORCE(==, a, b, __VA_ARGS__)
#define CAFFE_ENFORCE_NE(a, b, ...) GRADUS_ENFORCE(!=, a, b, __VA_ARGS__)
#define CAFFE_ENFORCE_LE(a, b, ...) GRADUS_ENFORCE(<=, a, b, __VA_ARGS__)
#define CAFFE_ENFORCE_LT(a, b, ...) GRADUS_ENFORCE(<, a, b, __VA_ARGS__)
#define CAFFE_ENFORCE_GE(a, b, ...) GRADUS_ENFORCE(>=, a, b, __VA_ARGS__)
#define CAFFE_ENFORCE_GT(a, b, ...) GRADUS_ENFORCE(>, a, b, __VA_ARGS__)
#define CAFFE_THROW(...) AT_ERROR(__VA_ARGS__)
