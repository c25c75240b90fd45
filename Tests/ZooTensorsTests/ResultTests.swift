import Testing
import ZooTensors

/// What is made of outputs: rankings, unit rows, cosines.
@Suite struct ResultTests {
  @Test func theLikeliestClassesComeFirst() {
    let probabilities = Tensor(shape: [2, 4], scalars: [0.1, 0.4, 0.4, 0.1, 0, 0, 0.25, 0.75])
    let names = ["ant", "bee", "fly", "moth"]
    #expect(
      probabilities.topK(2, classNames: names) == [
        [
          Prediction(label: "bee", index: 1, probability: 0.4),
          Prediction(label: "fly", index: 2, probability: 0.4),
        ],
        [
          Prediction(label: "moth", index: 3, probability: 0.75),
          Prediction(label: "fly", index: 2, probability: 0.25),
        ],
      ])
    #expect(probabilities[1].topK(9).map { $0.map(\.label) } == [["3", "2", "0", "1"]])
    #expect(probabilities.topK(0) == [[], []])
    #expect(Tensor(shape: [0, 4]).topK(2).isEmpty)
  }

  @Test func rowsOfUnitLength() {
    let rows = Tensor(shape: [3, 2], scalars: [3, 4, 0, 0, -1e30, 0]).normalized()
    #expect(rows == Tensor(shape: [3, 2], scalars: [0.6, 0.8, 0, 0, -1, 0]))
    #expect(Tensor(shape: [2], scalars: [0, 2]).normalized().scalars == [0, 1])
    #expect(Tensor(shape: [0, 5]).normalized() == Tensor(shape: [0, 5]))
  }

  @Test func cosines() throws {
    let a = Tensor(shape: [2, 5], scalars: [1, 2, 3, 4, 5, -1, -2, -3, -4, -5])
    let b = Tensor(shape: [3, 5], scalars: [2, 4, 6, 8, 10, 0, 0, 0, 0, 0, 5, 0, 0, 0, -1])
    let cosines = try a.cosineSimilarity(to: b)
    #expect(cosines.shape == [2, 3])
    #expect(cosines.scalars[0] == 1 && cosines.scalars[1] == 0 && cosines.scalars[2] == 0)
    #expect(cosines.scalars[3] == -1)
    #expect(try a[0].cosineSimilarity(to: a[1]).scalars == [-1])
    #expect(throws: TensorError.shapeMismatch(expected: "[M, 5]", found: [2, 4])) {
      try a.cosineSimilarity(to: Tensor(shape: [2, 4]))
    }
  }
}
