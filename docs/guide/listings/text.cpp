// Text, tokens and generation, as the guide shows them.
#include <gradus.h>

#include <cstdio>
#include <fstream>
#include <string>

using namespace gradus;
namespace text = data::text;
namespace generation = nn::generation;

int main(int, char** argv) {
  const std::string folder = argv[1];
  {
    std::ofstream file(folder + "/rhyme.txt");
    for (int i = 0; i < 200; ++i) file << "the cat sat on a mat, the rat ate my hat.\n";
  }
  bool right = true;

  // Tokens of a text, and the text again.
  const std::string rhyme = text::read_text(folder + "/rhyme.txt");
  const auto learnt = text::BPETokenizer::train(rhyme, 280);
  learnt.save(folder + "/rhyme.json");
  const auto tokenizer = text::BPETokenizer::load(folder + "/rhyme.json");
  const std::vector<int64_t> tokens = tokenizer.encode(rhyme);
  right = right && tokenizer.decode(tokens) == rhyme && tokens.size() < rhyme.size() / 2;

  // A file of tokens, and windows on it.
  text::write_tokens(folder + "/rhyme.tokens", tokens);
  const data::datasets::TokenWindows windows(text::TokenFile(folder + "/rhyme.tokens"), 16);
  auto loader = data::make_data_loader(windows, 8, /*shuffle=*/true, /*drop_last=*/true);

  manual_seed(0);
  nn::Embedding embedding(tokenizer.size(), 32);
  nn::GRU recurrent(nn::GRUOptions(32, 32).batch_first(true));
  nn::Linear scores(32, tokenizer.size());
  const auto model = [&](const Tensor& t) {  // [B, T] to [B, T, V]
    return scores(std::get<0>(recurrent(embedding(t))));
  };
  std::vector<Tensor> parameters = embedding->parameters();
  for (const auto& more : {recurrent->parameters(), scores->parameters()})
    parameters.insert(parameters.end(), more.begin(), more.end());
  optim::AdamW optimizer(parameters, optim::AdamWOptions(0.01));
  double last = 0;
  for (int epoch = 0; epoch < 10; ++epoch)
    for (auto& [inputs, targets] : *loader) {
      const Tensor loss =
          nn::functional::cross_entropy(model(inputs).flatten(0, 1), targets.flatten());
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      last = loss.item<double>();
    }
  std::printf("loss %.3f\n", last);
  right = right && last < 0.5;

  // What the model goes on with.
  const Tensor prompt = tensor(tokenizer.encode("the cat"), kLong).unsqueeze(0);
  const auto written = [&](const Tensor& t) {
    return tokenizer.decode({t.data_ptr<int64_t>(), size_t(t.numel())});
  };
  const Tensor likely = generation::generate(model, prompt, generation::GenerateOptions(12));
  const auto sampling = generation::SampleOptions().temperature(0.8).top_p(0.9);
  const Tensor drawn =
      generation::generate(model, prompt, generation::GenerateOptions(12).sampling(sampling));
  std::printf("likely: %s\ndrawn: %s\n", written(likely).c_str(), written(drawn).c_str());
  right = right && written(likely).rfind("the cat sat on a mat", 0) == 0;

  // The most likely line: four beams, until a line ends.
  const int64_t end = tokenizer.encode("\n")[0];
  const auto found =
      generation::beam_search([&](const Tensor& t, const Tensor&) { return model(t); }, prompt,
                              generation::BeamSearchOptions(4, 30).end_token(end));
  const generation::BeamHypothesis& best = found[0][0];
  std::printf("%.3f: %s", best.score, written(best.tokens).c_str());
  right = right && best.tokens[-1].item<int64_t>() == end;
  return right ? 0 : 1;
}
