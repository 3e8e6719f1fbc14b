/// How to train with a hardening set.
enum TrainingRecipe {
  static let text = """
    # A hardening set

    Images that a filter flagged or let pass and that people reviewed, for training a classifier that errs on fewer of them.

    | place | what it is |
    |---|---|
    | `shards/train-*.tar` | WebDataset: `KEY.jpg` or `KEY.png` (the bytes as they came; a PNG of images that came as bare pixels), `KEY.cls` (the true class, where known), `KEY.json` |
    | `images/LABEL/CLASS/` | the same images in folders; `unknown` where the true class is not known |

    ## Recipe

    1. Keep every tenth image, chosen by its key, out of training, to measure with afterwards.
    2. Mix: half of each batch from your own training set, half from here. With adversarial images alone a classifier forgets
       clean ones.
    3. Train on the true class, not on what the attack made the classifier see; images of class `unknown` can only teach a
       detector what is adversarial and what is not.
    4. Fine-tune from the deployed weights with a tenth of the learning rate, for a few epochs; stop when accuracy on your clean
       validation set falls.
    5. These attacks were made for the old weights. Make new ones against the new weights as well, each epoch if you can (PGD
       with a small step; Madry et al. 2018, after Goodfellow et al. 2015), or the classifier only learns these.
    6. Calibrate the filter again: its calibration is bound to the old model, and it refuses to start with the new one.

    An attacker who optimises against the new classifier can still succeed. Measure before and after with `sluice evaluate`.

    """
}
