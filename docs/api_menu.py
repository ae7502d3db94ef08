"""The pages of the API reference: which there are, their titles, groups and order. docs/api.py fills them."""
from pathlib import Path

# The menu: its groups, in their order, and the headers of each; a header belongs to the first pattern that fits.
GROUPS = [
    ("Tensors", ["tensor/tensor.h", "autograd/factories.h", "tensor/options.h", "tensor/base/dtype.h", "tensor/scalar.h",
                 "tensor/indexing.h", "tensor/accessor.h", "tensor/random/*.h", "autograd/repr.h", "tensor/*.h",
                 "tensor/base/array_ref.h"]),
    ("Operations", ["autograd/ops/*/*.h", "autograd/ops/*.h"]),
    ("Autograd", ["autograd/autograd.h", "autograd/modes.h", "autograd/function.h", "autograd/gradcheck.h", "autograd/*.h"]),
    ("Modules", ["nn/module.h", "nn/module_holder.h", "nn/containers/*.h", "nn/init.h", "nn/gradcheck.h", "nn/utils/*.h",
                 "nn/*.h"]),
    ("Layers", ["nn/layers/*.h"]),
    ("Functional", ["nn/functional/*.h"]),
    ("Options of layers", ["nn/options/*.h"]),
    ("Optimisers", ["optim/optimizer.h", "optim/*.h"]),
    ("Data", ["data/data_loader.h", "data/dataset.h", "data/*.h"]),
    ("Pictures", ["data/image/image.h", "data/image/*.h"]),
    ("Text", ["data/text/*.h", "nn/generation/*.h"]),
    ("Watching a run", ["monitor/*.h", "monitor/*/*.h"]),
    ("Several processes", ["distributed/init.h", "distributed/*/*.h", "distributed/*.h"]),
    ("Files, memory, threads, errors", ["tensor/io/*.h", "tensor/base/*.h"]),
]
# What programs reach, but do not name.
INTERNAL = {"tensor/impl.h", "tensor/base/ref.h", "tensor/base/dims.h", "tensor/base/rethrow.h", "tensor/base/arg.h",
            "tensor/storage.h", "data/workers.h", "data/batch_random.h", "data/loader_place.h",
            "nn/any_value.h", "tensor/base/intrusive_ptr.h", "nn/layers/stateless.h", "tensor/op_names.h"}
TITLES = {"distributed/init.h": "Joining and exchanging", "distributed/group/process_group.h": "ProcessGroup",
          "distributed/group/process_group_mpi.h": "ProcessGroupMPI", "distributed/group/work.h": "Work",
          "distributed/group/types.h": "Reductions and options",
          "data/text/byte_pairs.h": "Byte-pair encoding", "data/text/tokenizer.h": "Tokenizers",
          "data/text/tokens.h": "Files of tokens", "nn/generation/sample.h": "Sampling",
          "autograd/autograd.h": "Backward and grad", "autograd/ops/out.h": "Results into given tensors",
          "autograd/factories.h": "Making tensors", "autograd/repr.h": "Printing as Python does",
          "tensor/base/dtype.h": "Element types", "tensor/base/parallel.h": "Threads", "nn/any.h": "AnyModule",
          "nn/gradcheck.h": "Gradcheck of modules", "tensor/random/generator.h": "Generator",
          "tensor/random/generator_impl.h": "Seeds and the default generator", "optim/sgd.h": "SGD",
          "optim/adam.h": "Adam and AdamW", "optim/rmsprop.h": "RMSprop", "optim/lr_scheduler.h": "Learning rates",
          "data/cifar.h": "CIFAR-10", "data/mnist.h": "MNIST", "data/idx.h": "IDX files", "data/image/image.h": "PNG and JPEG files",
          "data/image/grid.h": "Grids of pictures", "data/image/image_folder.h": "ImageFolder", "tensor/io/ivalue.h": "IValue",
          "tensor/io/pickle.h": "Files of torch.save",
          "tensor/io/npy.h": "NumPy's files", "tensor/io/safetensors_file.h": "Safetensors of others",
          "tensor/io/named_tensors.h": "Named tensors", "tensor/base/array_ref.h": "ArrayRef", "nn/ordered_dict.h": "OrderedDict"}
KINDS = {"nn/layers/": "layers", "nn/functional/": "functional", "nn/options/": "options"}  # the same stems in each
FAMILIES = {"nn": "Networks"}  # the title of a family of operations, where it is not its word


def words(name):
    return name.replace("_", " ")


def title_of(header):
    if header in TITLES:
        return TITLES[header]
    path = Path(header)
    text = words(path.stem)
    if header.startswith("autograd/ops/"):
        family = FAMILIES.get(path.parent.name, path.parent.name)
        text = family if text == family else f"{family}: {text}"
    for folder, kind in KINDS.items():
        if header.startswith(folder):
            text = f"{kind}: {text}"
    return text[0].upper() + text[1:]


def page_of(header):
    return "api/" + header.removesuffix(".h") + ".md"


def group_of(header):
    """(number of its group, number of its pattern in it), or None."""
    for g, (_, patterns) in enumerate(GROUPS):
        for p, pattern in enumerate(patterns):
            if Path(header).match(pattern) and header.count("/") == pattern.count("/"):
                return g, p
    return None


def place_in_menu(header):
    """What headers are sorted by: a family's own header comes before the others of its folder."""
    path = Path(header)
    return (*group_of(header), path.parent.as_posix(), path.stem != path.parent.name, header)
