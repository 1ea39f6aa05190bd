return {ops = {}, errors = {}, in_place = {addmm_=1, as_strided_=1, cumsum_=1, squeeze_=1, t_=1, transpose_=1, true_divide_=1}}
