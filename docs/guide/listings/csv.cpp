// Tables of numbers and text in CSV files, as the guide shows them.
#include <gradus.h>

#include <data/csv.h>

#include <fstream>
#include <iostream>

using namespace gradus;

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? std::string(argv[1]) + "/" : "", path = folder + "wine.csv";
  bool right = true;
  std::ofstream(path) << "alcohol;colour;sulphates;quality\n"
                         "9,4;red;0,56;5\n9,8;red;0,68;5\n10,1;white;0,45;6\nNA;white;0,49;6\n"
                         "9,9;white;0,40;6\n11,2;red;0,58;6\n12,8;white;0,32;8\n9,5;red;;5\n";

  const data::Table table = data::read_csv(path, data::CSVOptions().sep(';').decimal(','));
  std::cout << table.head() << table.describe();
  right = right && table.rows() == 8 && table.isna("alcohol").sum().item<int64_t>() == 1;

  const auto [train, test] = data::train_test_split(table.dropna(), 0.3);
  const data::StandardScaler scaler(train.to_tensor({"alcohol", "sulphates"}));
  const Tensor x = scaler.transform(train.to_tensor({"alcohol", "sulphates"}));
  const Tensor x_test = scaler.transform(test.to_tensor({"alcohol", "sulphates"}));
  const data::Codes colour = train.codes("colour");
  const Tensor y = colour.codes, y_test = test.codes("colour", colour.categories).codes;
  right = right && x.size(0) == 4 && x_test.size(0) == 2 && y.dtype() == kLong;
  right = right && y_test.numel() == 2;

  data::write_csv({{"alcohol", x.select(1, 0)}, {"colour", y}}, folder + "scores.csv");

  // A file larger than memory: batches of it, in its order.
  auto loader = data::make_data_loader(
      data::datasets::CSVDataset(folder + "scores.csv", {"alcohol"}, {"colour"}), 3);
  int64_t rows = 0;
  for (auto& [inputs, targets] : *loader) rows += targets.size(0);
  right = right && rows == 4;

  data::CSVWriter log(folder + "log.csv");
  for (int64_t epoch = 0; epoch < 3; ++epoch) log.write({{"epoch", epoch}, {"loss", 0.5}});
  right = right && data::read_csv(folder + "log.csv").rows() == 3;
  return right ? 0 : 1;
}
